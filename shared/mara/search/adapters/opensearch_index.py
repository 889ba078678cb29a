"""The search index in OpenSearch: one OpenSearch document for each chunk, with nested vectors.

PostgreSQL decides which documents are searchable: their ids are a filter of every query, so that a
deleted document is never found, however late it is removed from this index.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from mara.extraction.model import Place
from mara.search.adapters.opensearch_queries import (
    LIFT,
    NEIGHBOURS,
    Body,
    CorpusStatistics,
    ScoringClauses,
    SearchScope,
    best,
    distribution_of,
    scores,
)
from mara.search.adapters.opensearch_store import ChunkStore, name_of
from mara.search.adapters.searchable_documents import filename_of, searched_documents
from mara.search.model import (
    Candidate,
    Chunk,
    Engine,
    IndexIdentity,
    IndexMatches,
    Query,
    ScoreDistribution,
    VectorSpace,
)
from mara.search.model.bm25 import passage_length, term_frequencies

CHUNK_FIELDS = ("document_id", "ordinal", "text", "place")

DRAWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Nominations:
    """The best chunks of either retriever, and the distributions of their scores."""

    chunk_ids: Sequence[str]
    lexical: ScoreDistribution
    semantic: ScoreDistribution


class OpenSearchIndex:
    """Implements BuildableIndex; the vector ``space`` determines the name of the index."""

    def __init__(self, space: VectorSpace, prefix: str) -> None:
        self._store = ChunkStore(space, prefix)
        self._prefix = prefix

    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """Write the new chunks, then delete the old ones.

        A crash leaves some of both, and the retry removes the old ones; until then the caller must
        not mark the document as ready. Raises SearchUnavailable.
        """
        filename = filename_of(document_id)
        rows = list(_rows(owner_id, chunks, filename))
        self._store.ensure()
        self._store.write(owner_id, rows)
        self._store.remove_others(owner_id, document_id, [row["chunk_id"] for row in rows])

    def build(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """As replace: each index has its own name."""
        self.replace(owner_id, document_id, chunks)

    def delete_other_indexes(self, kept: IndexIdentity) -> bool:
        """Delete the other indexes of the prefix at once."""
        is_here = kept.engine is Engine.OPENSEARCH
        self._store.drop_others(name_of(kept.space, self._prefix) if is_here else None)
        return False

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        """Delete from every index of the prefix. Raises SearchUnavailable."""
        self._store.remove(owner_id, document_id)

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """Count in every index of the prefix. Raises SearchUnavailable."""
        return self._store.count(owner_id, document_id)

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> list[Chunk]:
        """Chunks in reading order after an ordinal. Raises SearchUnavailable."""
        found = self._store.page(owner_id, document_id, after=after, limit=limit)
        return [_chunk(hit) for hit in found]

    def find(self, query: Query) -> IndexMatches:
        """Three round trips: statistics, nomination, scores. Raises SearchUnavailable."""
        filenames = searched_documents(query)
        if not filenames:
            return IndexMatches()
        searched = SearchScope.by(query, filenames)
        legs = ScoringClauses(
            searched, CorpusStatistics.of(self._store.ask(query.owner_id, [searched.census()])[0])
        )
        if legs.census.chunks == 0:
            return IndexMatches()
        nominated = self._nominate(legs)
        return IndexMatches(
            candidates=self._score(legs, nominated.chunk_ids, filenames),
            chunk_count=legs.census.chunks,
            document_frequencies=legs.census.document_frequencies,
            lexical=nominated.lexical,
            semantic=nominated.semantic,
        )

    def _nominate(self, legs: ScoringClauses) -> Nominations:
        chunks = legs.census.chunks
        lexical, semantic = legs.lexical(), legs.semantic()
        bodies = [best(lexical)] if lexical else []
        if semantic and legs.is_exact:
            bodies.append(best(semantic))
        elif semantic:
            bodies += [best(legs.sampled(), size=0), scores(legs.neighbours(), NEIGHBOURS)]
        answers = self._store.ask(legs.searched.owner_id, bodies)
        found = sorted({hit["_id"] for answer in answers for hit in answer["hits"]["hits"]})
        words = distribution_of(answers.pop(0), chunks) if lexical else ScoreDistribution()
        meaning = ScoreDistribution()
        if semantic:
            compared = chunks if legs.is_exact else answers[0]["aggregations"]["scores"]["count"]
            meaning = distribution_of(answers[0], compared, LIFT)
        return Nominations(found, words, meaning)

    def _score(
        self, legs: ScoringClauses, chunk_ids: Sequence[str], filenames: Mapping[UUID, str]
    ) -> list[Candidate]:
        """The scores of both retrievers for every candidate, whichever nominated it."""
        if not chunk_ids:
            return []
        among: list[Body] = [{"ids": {"values": list(chunk_ids)}}]
        size = len(chunk_ids)
        lexical, semantic = legs.lexical(among), legs.semantic(among)
        bodies = [scores(legs.coverage(among), size, CHUNK_FIELDS)]
        bodies += [scores(clause, size) for clause in (lexical, semantic) if clause]
        chunks, *told = self._store.ask(legs.searched.owner_id, bodies)
        by_words = _by_id(told.pop(0)) if lexical else {}
        by_meaning = _by_id(told.pop(0)) if semantic else {}
        return [
            Candidate(
                chunk=_chunk(hit),
                filename=filenames[UUID(hit["_source"]["document_id"])],
                lexical=by_words.get(hit["_id"]),
                semantic=by_meaning[hit["_id"]] - LIFT if semantic else None,
                coverage=hit["_score"],
            )
            for hit in chunks["hits"]["hits"]
            if not semantic
            or hit["_id"] in by_meaning  # else it was removed between the two requests
        ]


def _by_id(answer: Body) -> dict[str, float]:
    return {hit["_id"]: hit["_score"] for hit in answer["hits"]["hits"]}


def _chunk(hit: Body) -> Chunk:
    found = hit["_source"]
    place = Place(**{**found["place"], "headings": tuple(found["place"]["headings"])})
    document_id = UUID(found["document_id"])
    return Chunk(UUID(hit["_id"]), document_id, found["ordinal"], found["text"], place)


def _rows(
    owner_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]], filename: str
) -> Iterator[dict[str, Any]]:
    for chunk, group in groupby(chunks, key=lambda pair: pair[0]):
        vectors = [{"embedding": [round(x, 8) for x in vector]} for _, vector in group]
        frequencies = term_frequencies(chunk, filename)
        yield {
            "chunk_id": str(chunk.id),
            "owner_id": str(owner_id),
            "document_id": str(chunk.document_id),
            "ordinal": chunk.ordinal,
            "text": chunk.text,
            "place": asdict(chunk.place),
            "length": passage_length(frequencies),
            # A name-based UUID is a hash, so its remainder is a uniform, repeatable draw.
            "draw": (chunk.id.int % DRAWS) / DRAWS,
            "terms": " ".join(term for term, n in frequencies.items() for _ in range(round(n))),
            "vectors": vectors,
            "vector_count": len(vectors),
        }
