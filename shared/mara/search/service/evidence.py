"""How well a passage bears out a question: word by word, in pairs, by its title, by its likeness.

A passage may hold all words of a question and answer another one. What tells the two apart is
where the words stand: in one sentence, beside each other, as the question spells them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mara.search.model import Chunk
from mara.search.service.analyzer import FAMILY, Word, translations, words
from mara.search.service.windows import titles_of, windows

FAMILY_SHARE = 0.5
"""What a word of the same family counts for, of the word itself."""
TITLE_FAMILY_SHARE = 0.7
TRANSLATION_SHARE = 0.9
CHUNKS_MIN = 200
"""Rarity is weighed as if there were this many chunks: among a handful it says nothing."""
UNASKED_RARITY = 0.75
"""How rare a word is taken to be that the question does not hold, of the rarest there can be."""
PAIR_DISTANCE_ASKED, PAIR_DISTANCE_FOUND = 2, 3
"""How far apart two words may stand and be a pair; a passage puts articles between them."""


@lru_cache(maxsize=10_000)
def _in_translation(stem: str, family: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """The stems, and the families, that say it in the other language."""
    terms = translations(stem, family)
    return frozenset(terms), frozenset(term.removeprefix(FAMILY) for term in terms)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The stems and families of a text."""

    stems: frozenset[str]
    families: frozenset[str]

    @classmethod
    def of(cls, found: Iterable[Word]) -> "Vocabulary":
        kept = list(found)
        families = frozenset(word.family for word in kept if word.family)
        return cls(frozenset(word.stem for word in kept), families)

    def share_of(self, word: Word, family_share: float = FAMILY_SHARE) -> float:
        """0..1: the word itself, its translation, one of its family, or nothing."""
        if word.stem in self.stems:
            return 1.0
        stems, families = _in_translation(word.stem, word.family)
        if not (stems.isdisjoint(self.stems) and families.isdisjoint(self.families)):
            return TRANSLATION_SHARE
        return family_share if word.family and word.family in self.families else 0.0


def rarity(chunks_with: int, chunks: int) -> float:
    """The inverse document frequency of BM25, never negative."""
    return math.log(1 + (chunks - chunks_with + 0.5) / (chunks_with + 0.5))


def _commonest(word: Word, containing: Mapping[str, int]) -> int:
    """In how many chunks the word stands, or one of its translations, whichever is more."""
    names = (word.stem, *translations(word.stem, word.family))
    return max(containing.get(name, 0) for name in names)


class AskedWords:
    """The words of a question, or of a part of it, each weighed by its rarity."""

    def __init__(self, text: str, containing: Mapping[str, int], chunks: int) -> None:
        """``containing``: in how many of the ``chunks`` searched each stem stands."""
        self.words = words(text)
        self._searched = max(chunks, CHUNKS_MIN)
        self._by_stem = {word.stem: word for word in self.words}
        self.weights = {
            stem: rarity(_commonest(word, containing), self._searched)
            for stem, word in self._by_stem.items()
        }
        self.total = sum(self.weights.values())
        self.unasked = UNASKED_RARITY * rarity(1, self._searched)

    def coverage(self, found: Vocabulary) -> float:
        """The share of the question, by weight, that is there: 0..1."""
        weight = sum(
            weight * found.share_of(self._by_stem[stem]) for stem, weight in self.weights.items()
        )
        return weight / self.total if self.total else 0.0

    def coverage_by_form(self, forms: frozenset[str]) -> float:
        """As coverage, of words spelled as the question spells them."""
        total = sum(self.weights[word.stem] for word in self.words)
        weight = sum(self.weights[word.stem] for word in self.words if word.form in forms)
        return weight / total if total else 0.0

    def likeness(self, found: Vocabulary) -> float:
        """How much the two say the same, no less and no more: the harmonic mean of both shares."""
        recall = self.coverage(found)
        all_there = sum(self.weights.get(stem, self.unasked) for stem in found.stems)
        asked = sum(self.weights.get(stem, 0.0) for stem in found.stems)
        precision = asked / all_there if all_there else 0.0
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @cached_property
    def _pairs(self) -> Sequence[tuple[Word, Word]]:
        return _neighbours(self.words, PAIR_DISTANCE_ASKED, reach=1)

    def coverage_of_pairs(self, found: Sequence[Word]) -> float:
        """The share of the question's neighbouring words that are neighbours there too.

        In the same order, but for translations: the other language may turn them round.
        """
        near = _neighbours(found, PAIR_DISTANCE_FOUND, reach=2)
        there = {(a.stem, b.stem) for a, b in near}
        there |= {(FAMILY + a.family, FAMILY + b.family) for a, b in near if a.family and b.family}
        total = weight = 0.0
        for a, b in self._pairs:
            both = self.weights[a.stem] + self.weights[b.stem]
            total += both
            if there.isdisjoint(_as_named(a, b)):
                continue
            weight += both
        return weight / total if total else 0.0

    def title(self, title: Sequence[Word]) -> tuple[float, float]:
        """The share of the title that the question names, and the weight of what it names.

        A title named in full is as good as an answer; one that goes on to say something else is
        that of a sibling.
        """
        asked = Vocabulary.of(self.words)
        total = named = 0.0
        for word in {word.stem: word for word in title}.values():
            weight = self.weights.get(word.stem, self.unasked)
            total += weight
            named += weight * asked.share_of(word, TITLE_FAMILY_SHARE)
        return (named / total, named) if total else (0.0, 0.0)


def _neighbours(found: Sequence[Word], distance: int, *, reach: int) -> list[tuple[Word, Word]]:
    return [
        (a, b)
        for step in range(1, reach + 1)
        for a, b in zip(found, found[step:], strict=False)
        if b.position - a.position <= distance
    ]


def _as_named(a: Word, b: Word) -> Iterator[tuple[str, str]]:
    """The pair as a text may have it."""
    yield a.stem, b.stem
    if a.family and b.family:
        yield FAMILY + a.family, FAMILY + b.family
    of_a, of_b = translations(a.stem, a.family), translations(b.stem, b.family)
    for name in of_a or (a.stem,):
        for other in of_b or (b.stem,):
            yield name, other
            yield other, name


class ReadPassage:
    """A passage with its words found once, however often it is compared."""

    def __init__(self, chunk: Chunk, filename: str) -> None:
        self.words = words(chunk.text)
        self.sentences = [words(sentence) for sentence in windows(chunk.text)]
        self.titles = [words(title) for title in titles_of(chunk, filename)]

    @cached_property
    def titled(self) -> list[Word]:
        """Its words and those of its titles: what a passage is headed need not be repeated."""
        return [word for part in (*self.titles, self.words) for word in part]

    @cached_property
    def vocabularies(self) -> list[Vocabulary]:
        return [Vocabulary.of(sentence) for sentence in self.sentences]

    @cached_property
    def forms(self) -> frozenset[str]:
        return frozenset(word.form for word in self.words)


class AskedQuestion:
    """A question as a whole, and sentence by sentence."""

    def __init__(self, text: str, containing: Mapping[str, int], chunks: int) -> None:
        self.text = text
        self.whole = AskedWords(text, containing, chunks)
        self.sentences = [AskedWords(part, containing, chunks) for part in windows(text)]
        self.lines = [
            AskedWords(line, containing, chunks) for line in text.splitlines() if line.strip()
        ]
