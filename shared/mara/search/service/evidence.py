"""Evidence that a passage answers a question, from words and from their embeddings.

Each word of the question is aligned with the passage: to the word itself, to one of its family, or
else to the nearest word by embedding, which joins synonyms and also two languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from mara.search.model import Evidence, Hit
from mara.search.model.analyzer import Word
from mara.search.model.matching import PassageAnalysis, QueryAnalysis, Vocabulary, WeightedWords
from mara.search.ports import Embedder

FAMILY_MATCH = 0.8
COSINE_UNRELATED, COSINE_SYNONYM = 0.4, 0.9
"""Between these cosines, the match of two words grows linearly from 0 to 1."""
LINE_WORDS_MIN = 3
"""A line with fewer words is no question by itself."""


@dataclass(frozen=True, slots=True)
class _Alignment:
    """Coverage of a query (0..1), by words or embeddings, and by embeddings alone."""

    combined: float
    semantic: float


def collect_evidence(query: QueryAnalysis, hit: Hit, embedder: Embedder) -> list[Evidence]:
    """Evidence for the query as a whole and for each line: an alert has one fact on each line."""
    passage = PassageAnalysis(hit.chunk, hit.filename)
    lines = [line for line in query.lines if len(line.weights) >= LINE_WORDS_MIN]
    parts = [(query.whole, query.sentences)]
    parts += [(line, [line]) for line in lines] if len(query.lines) > 1 else []
    asked = [word for part, _ in parts for word in part.words]
    aligner = _Aligner(embedder, asked, passage)
    cosine = hit.semantic or 0.0
    return [_evidence(part, sentences, aligner, cosine) for part, sentences in parts]


def _evidence(
    query: WeightedWords, sentences: Sequence[WeightedWords], aligner: "_Aligner", cosine: float
) -> Evidence:
    passage = aligner.passage
    by_sentence = [aligner.align(query, part) for part in (*passage.sentences, *passage.titles)]
    whole = aligner.align(query, passage.words_with_titles)
    vocabularies = [*passage.vocabularies, *map(Vocabulary.of, passage.titles)]
    return Evidence(
        bigram_coverage=query.bigram_coverage(passage.words),
        name_coverage=_name_coverage(query, Vocabulary.of(passage.words_with_titles)),
        sentence_similarity=max(
            (part.f1(vocabulary) for part in sentences for vocabulary in vocabularies),
            default=0.0,
        ),
        sentence_coverage=max((part.combined for part in by_sentence), default=0.0),
        passage_coverage=whole.combined,
        semantic_coverage=whole.semantic,
        cosine=cosine,
    )


def _name_coverage(query: WeightedWords, found: Vocabulary) -> float:
    """The weighted share of names and numbers that are there; 1 where the query has none."""
    names = {word.stem: word for word in query.words if _is_name(word)}
    total = sum(query.weights[stem] for stem in names)
    there = sum(query.weights[stem] * found.match(word, 1.0) for stem, word in names.items())
    return there / total if total else 1.0


def _is_name(word: Word) -> bool:
    return (word.original[0].isupper() and word.position > 1) or word.original.isdigit()


class _Aligner:
    """Embeds every word once and compares every pair once, for all alignments of a passage."""

    def __init__(self, embedder: Embedder, asked: Sequence[Word], passage: PassageAnalysis) -> None:
        self.passage = passage
        self._found = list(dict.fromkeys(word.original for word in passage.words_with_titles))
        originals = list(dict.fromkeys([*(word.original for word in asked), *self._found]))
        self._vectors = dict(zip(originals, embedder.embed_passages(originals), strict=True))
        self._cosines: dict[str, dict[str, float]] = {}

    def align(self, query: WeightedWords, found: Sequence[Word]) -> _Alignment:
        """Align each word of the query with its best match among ``found``."""
        if not query.total or not found:
            return _Alignment(0.0, 0.0)
        vocabulary = Vocabulary.of(found)
        originals = {word.original for word in found}
        combined = semantic = 0.0
        for stem, word in {word.stem: word for word in query.words}.items():
            cosines = self._cosines_of(word.original)
            nearest = max(cosines[original] for original in originals)
            match = (nearest - COSINE_UNRELATED) / (COSINE_SYNONYM - COSINE_UNRELATED)
            match = min(1.0, max(0.0, match))
            semantic += query.weights[stem] * match
            combined += query.weights[stem] * max(match, vocabulary.match(word, FAMILY_MATCH))
        return _Alignment(combined / query.total, semantic / query.total)

    def _cosines_of(self, original: str) -> dict[str, float]:
        """The cosine with every word of the passage."""
        if original not in self._cosines:
            vector = self._vectors[original]
            self._cosines[original] = {
                other: sum(map(mul, vector, self._vectors[other])) for other in self._found
            }
        return self._cosines[original]
