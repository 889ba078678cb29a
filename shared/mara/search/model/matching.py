"""How well the words of a passage match those of a query: coverage, bigrams, titles, similarity.

A passage may contain every word of a question and answer another one. What distinguishes the two is
where the words are: in one sentence, next to each other, spelled as in the question.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mara.search.model import Chunk
from mara.search.model.analyzer import FAMILY_PREFIX, Word, analyzed, numbered, translations, words
from mara.search.model.bm25 import CORPUS_SIZE_MIN, idf
from mara.search.model.values import without_values
from mara.search.model.windows import titles_of, windows

FAMILY_MATCH = 0.5
"""Match of a word of the same family, where the word itself is 1."""
TITLE_FAMILY_MATCH = 0.7
TRANSLATION_MATCH = 0.9
TITLE_IN_FULL = 0.999
EXTRA_WORD_IDF = 0.75
"""The idf assumed for a word of the passage that is not in the query, as a share of the highest."""
QUERY_BIGRAM_DISTANCE, PASSAGE_BIGRAM_DISTANCE = 2, 3
"""How far apart two words may be and form a bigram; a passage has articles between them."""
PASSAGE_BIGRAM_STEPS = 2
"""As the distance, without counting stop words: one other word may be between them."""


@lru_cache(maxsize=10_000)
def _translated(stem: str, family: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """The stems, and the families, of the word's translations."""
    terms = translations(stem, family)
    return frozenset(terms), frozenset(term.removeprefix(FAMILY_PREFIX) for term in terms)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The stems and families of a text."""

    stems: frozenset[str]
    families: frozenset[str]

    @classmethod
    def of(cls, found: Iterable[Word]) -> "Vocabulary":
        """Build the vocabulary of these words."""
        kept = list(found)
        families = frozenset(word.family for word in kept if word.family)
        return cls(frozenset(word.stem for word in kept), families)

    def match(self, word: Word, family_match: float = FAMILY_MATCH) -> float:
        """0..1: 1 for the word itself, less for a translation or a word of its family."""
        if word.stem in self.stems:
            return 1.0
        stems, families = _translated(word.stem, word.family)
        if not (stems.isdisjoint(self.stems) and families.isdisjoint(self.families)):
            return TRANSLATION_MATCH
        return family_match if word.family and word.family in self.families else 0.0


def _document_frequency(word: Word, frequencies: Mapping[str, int]) -> int:
    """Of the word or of its most frequent translation, whichever is higher."""
    names = (word.stem, *translations(word.stem, word.family))
    return max(frequencies.get(name, 0) for name in names)


class WeightedWords:
    """The words of a query, or of a part of it, each weighted by its idf."""

    def __init__(self, text: str, frequencies: Mapping[str, int], chunk_count: int) -> None:
        """``frequencies``: how many of the ``chunk_count`` chunks searched contain each stem."""
        self.words = words(text)
        corpus_size = max(chunk_count, CORPUS_SIZE_MIN)
        self.by_stem = {word.stem: word for word in self.words}
        self.weights = {
            stem: idf(_document_frequency(word, frequencies), corpus_size)
            for stem, word in self.by_stem.items()
        }
        self.total = sum(self.weights.values())
        self.extra_word_weight = EXTRA_WORD_IDF * idf(1, corpus_size)

    def beyond(self, said: Vocabulary) -> "WeightedWords | None":
        """The words that no word of ``said`` matches; ``None`` if there are none."""
        rest = copy(self)
        rest.words = [word for word in self.words if not said.match(word)]
        rest.by_stem = {word.stem: word for word in rest.words}
        rest.weights = {stem: self.weights[stem] for stem in rest.by_stem}
        rest.total = sum(rest.weights.values())
        return rest if rest.words else None

    def is_title(self, title: Sequence[Word]) -> bool:
        """Whether these words say the title in full, and nothing more."""
        return self.title_coverage(title)[0] > TITLE_IN_FULL and not self.beyond(
            Vocabulary.of(title)
        )

    def coverage(self, found: Vocabulary) -> float:
        """The weighted share of the query's words that are in ``found``: 0..1."""
        weight = sum(
            weight * found.match(self.by_stem[stem]) for stem, weight in self.weights.items()
        )
        return weight / self.total if self.total else 0.0

    def exact_form_coverage(self, forms: frozenset[str]) -> float:
        """The weighted share of the query's words that occur in the same inflected form: 0..1."""
        total = sum(self.weights[word.stem] for word in self.words)
        weight = sum(self.weights[word.stem] for word in self.words if word.form in forms)
        return weight / total if total else 0.0

    def f1(self, found: Vocabulary) -> float:
        """The harmonic mean of recall (coverage) and precision: 1 where both say the same."""
        recall = self.coverage(found)
        common = self.weights.keys() & found.stems
        asked = sum(self.weights[stem] for stem in common)
        all_there = asked + self.extra_word_weight * (len(found.stems) - len(common))
        precision = asked / all_there if all_there else 0.0
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @cached_property
    def _bigrams(self) -> Sequence[tuple[float, Collection[tuple[str, str]]]]:
        """The weight of each bigram, and its variants."""
        return [
            (self.weights[a.stem] + self.weights[b.stem], frozenset(_variants(a, b)))
            for a, b in zip(self.words, self.words[1:], strict=False)
            if b.position - a.position <= QUERY_BIGRAM_DISTANCE
        ]

    @cached_property
    def _parts_of_bigrams(self) -> Collection[str]:
        """Every stem and family of a bigram."""
        return {name for _, variants in self._bigrams for pair in variants for name in pair}

    def bigram_coverage(self, found: Sequence[Word]) -> float:
        """The weighted share of the query's bigrams that are bigrams of ``found`` too: 0..1.

        In either order, since the other language may reverse them; families in the same order.
        """
        names = self._parts_of_bigrams
        # Few words of a passage are words of the query; only these can be in a common bigram.
        kept = [
            (n, word)
            for n, word in enumerate(found)
            if word.stem in names or (word.family and FAMILY_PREFIX + word.family in names)
        ]
        there = set(_pairs_of_names(kept))
        total = sum(weight for weight, _ in self._bigrams)
        weight = sum(weight for weight, them in self._bigrams if not there.isdisjoint(them))
        return weight / total if total else 0.0

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.of(self.words)

    def title_coverage(self, title: Sequence[Word]) -> tuple[float, float]:
        """The share of the title that the query names (0..1), and the weight of what it names.

        A title named in full is as good as an answer; one with further words is the title of a
        sibling section.
        """
        total = named = 0.0
        for word in {word.stem: word for word in title}.values():
            weight = self.weights.get(word.stem, self.extra_word_weight)
            total += weight
            named += weight * self._vocabulary.match(word, TITLE_FAMILY_MATCH)
        return (named / total, named) if total else (0.0, 0.0)


def _pairs_of_names(found: Sequence[tuple[int, Word]]) -> Iterator[tuple[str, str]]:
    """The stems, and the families, of near words; each word with its index in the passage."""
    for at, (first, a) in enumerate(found):
        for index, b in found[at + 1 : at + 1 + PASSAGE_BIGRAM_STEPS]:
            if index - first > PASSAGE_BIGRAM_STEPS:
                break
            if b.position - a.position <= PASSAGE_BIGRAM_DISTANCE:
                yield a.stem, b.stem
                if a.family and b.family:
                    yield FAMILY_PREFIX + a.family, FAMILY_PREFIX + b.family


def _variants(a: Word, b: Word) -> Iterator[tuple[str, str]]:
    """The bigram by stems, by families, and in translation."""
    yield a.stem, b.stem
    if a.family and b.family:
        yield FAMILY_PREFIX + a.family, FAMILY_PREFIX + b.family
    of_a, of_b = translations(a.stem, a.family), translations(b.stem, b.family)
    for name in of_a or (a.stem,):
        for other in of_b or (b.stem,):
            yield name, other
            yield other, name


class PassageAnalysis:
    """The words of a passage, of its sentences and of its titles, analysed once."""

    def __init__(self, chunk: Chunk, filename: str) -> None:
        self.words: list[Word] = []
        self.sentences: list[list[Word]] = []
        """Their words have the positions that they have in the passage."""
        first = 1
        # Windows end at white space, so that their words are those of the passage.
        for sentence in windows(chunk.text):
            parts = analyzed(sentence)
            self.sentences.append(numbered(parts, first))
            self.words += self.sentences[-1]
            first += len(parts)
        self.titles = {title: words(title) for title in titles_of(chunk, filename)}
        """The words of each title."""

    @cached_property
    def vocabularies(self) -> list[Vocabulary]:
        """One vocabulary per sentence."""
        return [Vocabulary.of(sentence) for sentence in self.sentences]

    @cached_property
    def forms(self) -> frozenset[str]:
        """The inflected forms of the passage's words."""
        return frozenset(word.form for word in self.words)


class QueryAnalysis:
    """A query as a whole and by sentence, weighted by the corpus that was searched."""

    def __init__(self, text: str, frequencies: Mapping[str, int], chunk_count: int) -> None:
        """``frequencies``: how many of the ``chunk_count`` chunks searched contain each stem."""
        self.text = text
        self.chunk_count = chunk_count
        self._frequencies = frequencies
        self.whole = WeightedWords(text, frequencies, chunk_count)
        self.sentences = [WeightedWords(part, frequencies, chunk_count) for part in windows(text)]

    @cached_property
    def gist(self) -> WeightedWords:
        """The words without values of the day, which say what the question is about."""
        return WeightedWords(without_values(self.text), self._frequencies, self.chunk_count)
