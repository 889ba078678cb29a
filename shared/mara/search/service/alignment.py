"""How sure it is that a passage answers a question, as far as words and their meanings tell.

Each word of the question is looked for in the passage: the word, one of its family, or else the
nearest in meaning, which joins synonyms and also joins two languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from mara.search.model import Evidence, Hit
from mara.search.ports import Embedder
from mara.search.service.analyzer import Word
from mara.search.service.evidence import AskedQuestion, AskedWords, ReadPassage, Vocabulary

FAMILY_SHARE = 0.8
COSINE_NOTHING, COSINE_SAME = 0.4, 0.9
"""Between these cosines of two words, they share more and more of their meaning."""
LINE_WORDS_MIN = 3
"""A shorter line of a question is no question by itself."""


@dataclass(frozen=True, slots=True)
class _Aligned:
    """The share of a question's weight that is found, by word or meaning, and by meaning alone."""

    words: float
    meaning: float


def evidence_of(question: AskedQuestion, hit: Hit, embedder: Embedder) -> list[Evidence]:
    """Of the question as a whole, and of each line of it: an alert says one thing in many lines."""
    passage = ReadPassage(hit.chunk, hit.filename)
    lines = [line for line in question.lines if len(line.weights) >= LINE_WORDS_MIN]
    parts = [(question.whole, question.sentences)]
    parts += [(line, [line]) for line in lines] if len(question.lines) > 1 else []
    asked = [word for part, _ in parts for word in part.words]
    aligner = _Aligner(embedder, asked, passage)
    cosine = hit.semantic or 0.0
    return [_evidence(part, sentences, aligner, cosine) for part, sentences in parts]


def _evidence(
    asked: AskedWords, sentences: Sequence[AskedWords], aligner: "_Aligner", cosine: float
) -> Evidence:
    passage = aligner.passage
    aligned = [aligner.align(asked, said) for said in (*passage.sentences, *passage.titles)]
    whole = aligner.align(asked, passage.titled)
    said = [*passage.vocabularies, *map(Vocabulary.of, passage.titles)]
    return Evidence(
        pairs=asked.coverage_of_pairs(passage.words),
        names=_names(asked, Vocabulary.of(passage.titled)),
        likeness=max(
            (part.likeness(there) for part in sentences for there in said),
            default=0.0,
        ),
        sentence=max((part.words for part in aligned), default=0.0),
        passage=whole.words,
        meaning=whole.meaning,
        cosine=cosine,
    )


def _names(asked: AskedWords, found: Vocabulary) -> float:
    """The share of names and numbers that are there; all of them, where none is asked for."""
    names = {word.stem: word for word in asked.words if _is_name(word)}
    total = sum(asked.weights[stem] for stem in names)
    there = sum(asked.weights[stem] * found.share_of(word, 1.0) for stem, word in names.items())
    return there / total if total else 1.0


def _is_name(word: Word) -> bool:
    return (word.original[0].isupper() and word.position > 1) or word.original.isdigit()


class _Aligner:
    """Every word is embedded once, and compared once, whatever it is needed for."""

    def __init__(self, embedder: Embedder, asked: Sequence[Word], passage: ReadPassage) -> None:
        self.passage = passage
        self._found = list(dict.fromkeys(word.original for word in passage.titled))
        originals = list(dict.fromkeys([*(word.original for word in asked), *self._found]))
        self._vectors = dict(zip(originals, embedder.embed_passages(originals), strict=True))
        self._cosines: dict[str, dict[str, float]] = {}

    def align(self, asked: AskedWords, found: Sequence[Word]) -> _Aligned:
        if not asked.total or not found:
            return _Aligned(0.0, 0.0)
        vocabulary = Vocabulary.of(found)
        originals = {word.original for word in found}
        words = meaning = 0.0
        for stem, word in {word.stem: word for word in asked.words}.items():
            cosines = self._cosines_of(word.original)
            nearest = max(cosines[original] for original in originals)
            same = (nearest - COSINE_NOTHING) / (COSINE_SAME - COSINE_NOTHING)
            same = min(1.0, max(0.0, same))
            meaning += asked.weights[stem] * same
            words += asked.weights[stem] * max(same, vocabulary.share_of(word, FAMILY_SHARE))
        return _Aligned(words / asked.total, meaning / asked.total)

    def _cosines_of(self, original: str) -> dict[str, float]:
        """With every word of the passage."""
        if original not in self._cosines:
            vector = self._vectors[original]
            self._cosines[original] = {
                other: sum(map(mul, vector, self._vectors[other])) for other in self._found
            }
        return self._cosines[original]
