"""BM25: term frequencies of a passage, and the weights of the terms of a query.

Score of a passage d for a query q, summed over the terms t of q:

    weight(t) · idf(t) · tf · (K1 + 1) / (tf + K1 · (1 − b + b · length(d) / average length))

as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
equation 3.15. Titles are a field of their own (b = 0), whose score is added. The index adapters
evaluate the sum; this module supplies its inputs, so that both score alike.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from mara.search.model import Chunk
from mara.search.model.analyzer import FAMILY_PREFIX, terms, translations, words
from mara.search.model.windows import title_of

K1 = 0.8
B = 0.75
CORPUS_SIZE_MIN = 200
"""For coverage, idf is computed as if there were this many chunks: in a handful of chunks document
frequencies carry no information."""
TITLE_PREFIX = "^"
"""Marks a term of the file name or of a heading; no word begins with it."""
TITLE_WEIGHT = 1.5
"""A title describes a passage better than a word mentioned in passing."""
VALUE = re.compile(r"\d|[^\w~]")
VALUE_COVERAGE = 0.25
"""Weight, in the coverage, of a number, an address or a composed identifier that no chunk contains:
questions are full of values of the day, such as dates and host names."""
FAMILY_WEIGHT = 0.4
"""A word of the same family is weaker evidence than the word itself, which scores in addition."""
TRANSLATION_WEIGHT = 0.7
"""A word of the glossary has several translations, and the question means one of them."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of a query with its weights.

    ``weight`` multiplies its BM25 score; ``coverage_weight`` is its part of the coverage where some
    chunk contains the term, ``missing_weight`` where none does; ``b`` is BM25's length factor.
    """

    term: str
    weight: float
    coverage_weight: float
    missing_weight: float
    b: float = B


def idf(document_frequency: int, chunk_count: int) -> float:
    """The inverse document frequency, ln(1 + (N − n + ½) / (n + ½)): never negative."""
    return math.log(1 + (chunk_count - document_frequency + 0.5) / (document_frequency + 0.5))


def query_terms(text: str) -> list[QueryTerm]:
    """Each term twice, for the passage and for its title; repetitions count logarithmically."""
    found = []
    translated = {word.stem: translations(word.stem, word.family) for word in words(text)}
    for term, count in Counter(terms(text)).items():
        weight = (1 + math.log(count)) * (FAMILY_WEIGHT if term.startswith(FAMILY_PREFIX) else 1.0)
        missing = weight * (VALUE_COVERAGE if VALUE.search(term) else 1.0)
        meanings = translated.get(term, ())
        # A word that no chunk contains may be there in the other language.
        found += _in_text_and_title(term, weight, weight, 0.0 if meanings else missing)
        for meaning in meanings:
            less = weight * TRANSLATION_WEIGHT
            found += _in_text_and_title(meaning, less, less / len(meanings), 0.0)
    return list({each.term: each for each in reversed(found)}.values())[::-1]


def _in_text_and_title(
    term: str, weight: float, coverage_weight: float, missing_weight: float
) -> list[QueryTerm]:
    return [
        QueryTerm(term, weight, coverage_weight, missing_weight),
        QueryTerm(TITLE_PREFIX + term, weight * TITLE_WEIGHT, 0.0, 0.0, b=0.0),
    ]


def term_frequencies(chunk: Chunk, filename: str) -> dict[str, float]:
    """How often each term occurs in the chunk; a title adds 1 to each of its terms."""
    found = {term: float(count) for term, count in Counter(terms(chunk.text)).items()}
    # Once each, however often the path repeats it.
    for term in set(terms(title_of(chunk, filename))):
        found[term] = found.get(term, 0.0) + 1.0
        found[TITLE_PREFIX + term] = 1.0
    return found


def passage_length(frequencies: dict[str, float]) -> float:
    """The number of words: families and titles repeat words that are counted already."""
    prefixes = (FAMILY_PREFIX, TITLE_PREFIX)
    return sum(n for term, n in frequencies.items() if not term.startswith(prefixes))
