"""What each term of a passage and of a query weighs in BM25, and in the share of words found."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from mara.search.model import Chunk
from mara.search.service.analyzer import FAMILY, terms, translations, words
from mara.search.service.windows import title_of

K1 = 0.8
B = 0.75
TITLE = "^"
"""Marks a term of the file's name or of a heading, a field of its own: no word begins with it."""
TITLE_WEIGHT = 1.5
"""What a passage is headed tells more of it than what it mentions in passing."""
VALUE = re.compile(r"\d|[^\w~]")
VALUE_SHARE = 0.25
"""What it tells against a chunk that a number, an address or a composed name is written nowhere:
little, for questions are full of the values of their day."""
FAMILY_WEIGHT = 0.4
"""A word of the same family says less than the word itself, which counts besides."""

TRANSLATION_WEIGHT = 0.7
"""A word of the glossary has several meanings, and the question but one of them."""


@dataclass(frozen=True, slots=True)
class AskedTerm:
    """A term of a query: what it weighs in the score, and of the share of words that were found."""

    term: str
    weight: float
    share: float
    share_missing: float
    b: float = B


def asked_terms(text: str) -> list[AskedTerm]:
    """Every term twice: anywhere in the passage, and in its title. Repeating adds less and less."""
    asked = []
    translated = {word.stem: translations(word.stem, word.family) for word in words(text)}
    for term, count in Counter(terms(text)).items():
        weight = (1 + math.log(count)) * (FAMILY_WEIGHT if term.startswith(FAMILY) else 1.0)
        missing = weight * (VALUE_SHARE if VALUE.search(term) else 1.0)
        meanings = translated.get(term, ())
        # A word that stands nowhere may be said in the other language.
        asked += _anywhere_and_in_titles(term, weight, weight, 0.0 if meanings else missing)
        for meaning in meanings:
            less = weight * TRANSLATION_WEIGHT
            asked += _anywhere_and_in_titles(meaning, less, less / len(meanings), 0.0)
    return list({term.term: term for term in reversed(asked)}.values())[::-1]


def _anywhere_and_in_titles(
    term: str, weight: float, share: float, share_missing: float
) -> list[AskedTerm]:
    return [
        AskedTerm(term, weight, share, share_missing),
        AskedTerm(TITLE + term, weight * TITLE_WEIGHT, 0.0, 0.0, b=0.0),
    ]


def frequencies_in(chunk: Chunk, filename: str) -> dict[str, float]:
    found = {term: float(count) for term, count in Counter(terms(chunk.text)).items()}
    # Once each, however often the path repeats it.
    for term in set(terms(title_of(chunk, filename))):
        found[term] = found.get(term, 0.0) + 1.0
        found[TITLE + term] = 1.0
    return found


def length_of(frequencies: dict[str, float]) -> float:
    return sum(n for term, n in frequencies.items() if not term.startswith((FAMILY, TITLE)))
