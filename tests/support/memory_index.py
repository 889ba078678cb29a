"""A search index in memory: the formulas of BM25 and of pooled cosines over a few hundred chunks.

It scores as the indexes in PostgreSQL and OpenSearch do; a test compares it with the former.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from uuid import UUID

from mara.search.model import (
    POOLING_SHARPNESS,
    Candidate,
    Chunk,
    IndexMatches,
    Query,
    ScoreDistribution,
    SearchMode,
)
from mara.search.model.bm25 import (
    CORPUS_SIZE_MIN,
    K1,
    QueryTerm,
    idf,
    passage_length,
    query_terms,
    term_frequencies,
)
from mara.search.ports import CANDIDATES_PER_RETRIEVER

Scores = dict[UUID, float]


@dataclass
class _Entry:
    owner_id: UUID
    chunk: Chunk
    filename: str
    vectors: list[Sequence[float]]

    @property
    def frequencies(self) -> dict[str, float]:
        return term_frequencies(self.chunk, self.filename)


@dataclass
class MemoryIndex:
    """``filenames`` of the documents, which the other indexes read from their table."""

    filenames: dict[UUID, str] = field(default_factory=dict)
    _entries: dict[UUID, _Entry] = field(default_factory=dict)

    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        self.remove(owner_id, document_id)
        for chunk, vector in chunks:
            entry = _Entry(owner_id, chunk, self.filenames[document_id], [])
            self._entries.setdefault(chunk.id, entry).vectors.append(vector)

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        for entry in self._of(owner_id, document_id):
            del self._entries[entry.chunk.id]

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        return len(self._of(owner_id, document_id))

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> list[Chunk]:
        chunks = sorted(
            (entry.chunk for entry in self._of(owner_id, document_id)), key=lambda c: c.ordinal
        )
        return [chunk for chunk in chunks if chunk.ordinal > after][:limit]

    def find(self, query: Query) -> IndexMatches:
        entries = [
            entry
            for entry in self._entries.values()
            if entry.owner_id == query.owner_id
            and (not query.document_ids or entry.chunk.document_id in query.document_ids)
        ]
        if not entries:
            return IndexMatches()
        terms = [] if query.mode is SearchMode.SEMANTIC else query_terms(query.text)
        found = [entry.frequencies for entry in entries]
        frequencies = {t.term: sum(t.term in own for own in found) for t in terms}
        lexical, coverage = _lexical(entries, found, terms, frequencies)
        semantic: Scores = {}
        if query.embedding is not None and query.mode is not SearchMode.LEXICAL:
            semantic = {e.chunk.id: _pooled(e.vectors, query.embedding) for e in entries}
        best = {*_best(lexical), *_best(semantic)}
        return IndexMatches(
            candidates=[
                Candidate(
                    entry.chunk,
                    entry.filename,
                    lexical.get(entry.chunk.id),
                    semantic.get(entry.chunk.id),
                    coverage.get(entry.chunk.id, 0.0),
                )
                for entry in entries
                if entry.chunk.id in best
            ],
            chunk_count=len(entries),
            document_frequencies={term: n for term, n in frequencies.items() if n},
            lexical=_distribution(lexical, len(entries)),
            semantic=_distribution(semantic, len(entries)),
        )

    def _of(self, owner_id: UUID, document_id: UUID) -> list[_Entry]:
        return [
            entry
            for entry in self._entries.values()
            if (entry.owner_id, entry.chunk.document_id) == (owner_id, document_id)
        ]


def _lexical(
    entries: Sequence[_Entry],
    found: Sequence[dict[str, float]],
    terms: Sequence[QueryTerm],
    frequencies: dict[str, int],
) -> tuple[Scores, Scores]:
    """BM25 scores and coverages of the chunks with a term of the query."""
    average = fmean(map(passage_length, found))
    corpus = max(len(entries), CORPUS_SIZE_MIN)
    shares = {
        t.term: (t.coverage_weight if frequencies[t.term] else t.missing_weight)
        * idf(frequencies[t.term], corpus)
        for t in terms
    }
    scores, coverage = {}, {}
    for entry, own in zip(entries, found, strict=True):
        there = [t for t in terms if t.term in own]
        if not there:
            continue
        length = passage_length(own) / average
        scores[entry.chunk.id] = math.fsum(
            t.weight
            * idf(frequencies[t.term], len(entries))
            * own[t.term]
            * (K1 + 1)
            / (own[t.term] + K1 * (1 - t.b + t.b * length))
            for t in there
        )
        total = sum(shares.values())
        coverage[entry.chunk.id] = sum(shares[t.term] for t in there) / total if total else 0.0
    return scores, coverage


def _pooled(vectors: Sequence[Sequence[float]], query: Sequence[float]) -> float:
    cosines = [math.fsum(a * b for a, b in zip(query, v, strict=True)) for v in vectors]
    pooled = math.fsum(math.exp(POOLING_SHARPNESS * cosine) for cosine in cosines)
    return math.log(pooled / math.sqrt(len(cosines))) / POOLING_SHARPNESS


def _best(scores: Scores) -> list[UUID]:
    ranked = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    return ranked[:CANDIDATES_PER_RETRIEVER]


def _distribution(scores: Scores, chunk_count: int) -> ScoreDistribution:
    """A chunk that was not found has the score 0."""
    if not scores:
        return ScoreDistribution()
    values = [*scores.values(), *[0.0] * (chunk_count - len(scores))]
    return ScoreDistribution(fmean(values), pstdev(values))
