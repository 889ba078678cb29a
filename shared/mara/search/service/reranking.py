"""The default reranker: a linear combination of features of query and passage.

The weights were tuned together on XQuAD (CC BY-SA 4.0) in Russian and English and on real alerts
against real runbooks; the ranking changes little when any of them is halved or doubled.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mara.search.model import Chunk, Hit, RankedCandidate
from mara.search.model.matching import PassageAnalysis, QueryAnalysis
from mara.search.model.shared_titles import shared_titles
from mara.search.service.fusion import by_score

if TYPE_CHECKING:
    from uuid import UUID

Section = tuple[object, ...]

DEPTH = 40
"""Candidates that are reranked; the rest follow in their order."""

SENTENCE_COVERAGE_WEIGHT = 5.0
EXACT_FORM_WEIGHT = 2.0
BIGRAM_WEIGHT = 6.0
SENTENCE_SIMILARITY_WEIGHT = 2.0
TITLE_COVERAGE_WEIGHT = 5.0
TITLE_IDF_WEIGHT = 1.0
SEMANTIC_WEIGHT = 0.5
SECTION_SEMANTIC_WEIGHT = 1.0

REPEAT_PENALTY = 2.0
"""Subtracted from the score of a further passage under the same parent heading."""
REPEATS_MAX = 2
"""Penalties of one passage: good passages of one chapter stay before unrelated ones."""


@dataclass(frozen=True, slots=True)
class RerankingWeights:
    """What each feature counts, added to the fused score."""

    sentence_coverage: float = SENTENCE_COVERAGE_WEIGHT
    """The best coverage of the query by one sentence."""
    exact_form: float = EXACT_FORM_WEIGHT
    """Words in the same inflected form as in the query."""
    bigram: float = BIGRAM_WEIGHT
    """Adjacent words of the query that are adjacent in the passage."""
    sentence_similarity: float = SENTENCE_SIMILARITY_WEIGHT
    """The best F1 of a sentence of the passage with a sentence of the query."""
    title_coverage: float = TITLE_COVERAGE_WEIGHT
    """The share of a title that the query names."""
    title_idf: float = TITLE_IDF_WEIGHT
    """The same, multiplied by the idf of the words named."""
    semantic: float = SEMANTIC_WEIGHT
    """The z-score of the semantic retriever."""
    section_semantic: float = SECTION_SEMANTIC_WEIGHT
    """The best semantic z-score in the passage's section, whose passages answer together."""


@dataclass(frozen=True, slots=True)
class FeatureReranker:
    """Implements the port Reranker without a model."""

    weights: RerankingWeights = RerankingWeights()

    def rerank(
        self, query: QueryAnalysis, ranked: Sequence[RankedCandidate]
    ) -> list[RankedCandidate]:
        """Reorder the best DEPTH candidates; every score stays below those before it."""
        head, tail = ranked[:DEPTH], ranked[DEPTH:]
        keys = sections_of([hit.candidate.chunk for hit in head])
        shared = shared_titles((hit.candidate.chunk, hit.candidate.filename) for hit in ranked)
        sections: dict[Section, float] = {}
        for key, hit in zip(keys, head, strict=True):
            sections[key] = max(sections.get(key, hit.semantic_z), hit.semantic_z)
        better = by_score(
            self._scored(query, hit, sections[key], shared)
            for key, hit in zip(keys, head, strict=True)
        )
        return append_tail(better, tail)

    def _scored(
        self, query: QueryAnalysis, hit: RankedCandidate, section: float, shared: Collection[str]
    ) -> RankedCandidate:
        passage = PassageAnalysis(hit.candidate.chunk, hit.candidate.filename)
        by_title = {
            title: query.whole.title_coverage(parts) for title, parts in passage.titles.items()
        }
        by_titles = self._title_score(by_title.values())
        own = self._title_score(said for title, said in by_title.items() if title not in shared)
        return replace(
            hit,
            score=hit.score + self._score(query, passage, hit.semantic_z, section) + by_titles,
            by_shared_titles=by_titles - own,
        )

    def _title_score(self, said: Iterable[tuple[float, float]]) -> float:
        """The score for titles, given the share of each that the query says, and its weight."""
        found = list(said)
        return self.weights.title_coverage * max(
            (share for share, _ in found), default=0.0
        ) + self.weights.title_idf * max((share * idf for share, idf in found), default=0.0)

    def _score(
        self, query: QueryAnalysis, passage: PassageAnalysis, semantic_z: float, section: float
    ) -> float:
        whole, weights = query.whole, self.weights
        similarity = max(
            (part.f1(sentence) for part in query.sentences for sentence in passage.vocabularies),
            default=0.0,
        )
        coverage = max(map(whole.coverage, passage.vocabularies), default=0.0)
        return (
            weights.semantic * semantic_z
            + weights.section_semantic * section
            + weights.sentence_coverage * coverage
            + weights.exact_form * whole.exact_form_coverage(passage.forms)
            + weights.bigram * whole.bigram_coverage(passage.words)
            + weights.sentence_similarity * similarity
        )


def append_tail(
    head: Sequence[RankedCandidate], tail: Sequence[RankedCandidate]
) -> list[RankedCandidate]:
    """The reranked head, then the tail shifted below it: its scores are on another scale."""
    shift = min(0.0, head[-1].score - tail[0].score) if head and tail else 0.0
    return [*head, *(replace(hit, score=hit.score + shift) for hit in tail)]


def diversify(hits: Sequence[Hit]) -> list[Hit]:
    """The same hits with a penalty for repeats of one section, for a reader of the first few.

    A heading without text of its own answers nothing: it gets the highest penalty.
    """
    seen: dict[object, int] = {}
    moved = []
    for hit in hits:
        parent = _parent(hit.chunk)
        repeats = seen.get(parent, 0)
        if hit.chunk.is_bare_heading:
            repeats = REPEATS_MAX
        else:
            seen[parent] = repeats + 1
        moved.append(replace(hit, score=hit.score - REPEAT_PENALTY * min(repeats, REPEATS_MAX)))
    return sorted(moved, key=lambda hit: (-hit.score, hit.chunk.id))


def _parent(chunk: Chunk) -> object:
    """What a passage shares with its siblings; itself, where the document has no structure."""
    place = chunk.place
    if place.row is not None:
        return (chunk.document_id, place.sheet, place.row)
    if not place.headings:
        return chunk.id
    return (chunk.document_id, place.headings[:-1] or place.headings)


def sections_of(chunks: Sequence[Chunk]) -> list[Section]:
    """The section of each chunk: a row of a sheet, or a chapter of its document.

    A chapter is what is under an outermost heading. If all chunks of a document share that heading,
    it is the document's title, and its chapters are one level deeper, where they are divided.
    """
    paths: dict[UUID, list[tuple[str, ...]]] = {}
    for chunk in chunks:
        paths.setdefault(chunk.document_id, []).append(tuple(chunk.place.headings))
    depths = {document: _chapter_depth(found) for document, found in paths.items()}
    return [_section(chunk, depths[chunk.document_id]) for chunk in chunks]


def _chapter_depth(paths: Sequence[tuple[str, ...]]) -> int:
    """The number of headings that tell the chapters of a document apart."""
    common = next(
        (n for n, level in enumerate(zip(*paths, strict=False)) if len(set(level)) > 1),
        min(map(len, paths)),
    )
    deepest = max(map(len, paths))
    return max(1, min(common + 1, deepest - 1))


def _section(chunk: Chunk, depth: int) -> Section:
    place = chunk.place
    if place.row is not None:
        return (chunk.document_id, place.sheet, place.row)
    return (chunk.document_id, place.headings[:depth])
