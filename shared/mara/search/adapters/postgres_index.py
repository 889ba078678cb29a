"""The search index in PostgreSQL: exact vector search and BM25 over one owner's documents."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from mara.extraction.model import Place
from mara.platform.database import connection
from mara.search.adapters.postgres_queries import (
    COUNT,
    DELETE,
    DELETE_VECTORS,
    DROP_CHUNKS,
    DROP_VECTORS,
    FETCH,
    HOLDS,
    INSERT_CHUNKS,
    INSERT_POSTINGS,
    INSERT_VECTORS,
    READ,
    SEARCH,
    SEARCH_OF_NEAREST,
    SEARCHED,
)
from mara.search.adapters.searchable_documents import filename_of
from mara.search.model import (
    POOLING_SHARPNESS,
    Candidate,
    Chunk,
    Engine,
    IndexIdentity,
    IndexMatches,
    Query,
    ScoreDistribution,
    SearchMode,
)
from mara.search.model.bm25 import (
    CORPUS_SIZE_MIN,
    K1,
    passage_length,
    query_terms,
    term_frequencies,
)
from mara.search.ports import CANDIDATES_PER_RETRIEVER

Counted = tuple[Chunk, dict[str, float]]
"""A chunk with the frequencies of its terms."""

EXACT_CHUNKS_MAX = 10_000
"""Up to this many chunks all are scored by meaning; beyond it, those of the nearest vectors."""
NEIGHBOURS = 10 * CANDIDATES_PER_RETRIEVER
"""Vectors; a chunk has up to 13, and pooling them changes the order a little."""
SAMPLE = 1_000
"""Chunks that estimate the semantic distribution beyond EXACT_CHUNKS_MAX: the standard error of the
mean is three percent of the deviation."""

INSERTED_AT_ONCE = 2000
"""Vectors of one statement, and the chunks that they are of."""
POSTINGS_AT_ONCE = 20_000
"""Postings of one statement: a chunk has one for each of its terms, so that wide rows of a workbook
have hundreds, and a statement for 2000 chunks reached the timeout of 30 s on a busy machine."""
DROPPED_AT_ONCE = 5_000


class PostgresSearchIndex:
    """Implements BuildableIndex for the vectors of the model ``model_id``."""

    def __init__(self, model_id: str) -> None:
        self._model_id = model_id

    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """Delete and insert chunks, vectors and postings."""
        self.remove(owner_id, document_id)
        filename = filename_of(document_id)
        owned = {"owner": owner_id, "document": document_id, "model": self._model_id}
        # In batches: as text, the vectors of a long document take gigabytes.
        for part in _parts(chunks):
            distinct = [chunk for chunk, _ in groupby(chunk for chunk, _ in part)]
            counted = [(chunk, term_frequencies(chunk, filename)) for chunk in distinct]
            connection().execute(INSERT_CHUNKS, {**owned, **_chunk_columns(counted)})
            connection().execute(INSERT_VECTORS, {**owned, **_vector_columns(part)})
            for columns in _posting_columns(counted):
                connection().execute(INSERT_POSTINGS, {**owned, **columns})

    def build(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """As replace, but vectors of other models under the same chunks stay."""
        owned = {"owner": owner_id, "document": document_id, "model": self._model_id}
        if connection().execute(HOLDS, owned).fetchone() is None:
            self.replace(owner_id, document_id, chunks)
            return
        connection().execute(DELETE_VECTORS, owned)
        for part in _parts(chunks):
            connection().execute(INSERT_VECTORS, {**owned, **_vector_columns(part)})

    def delete_other_indexes(self, kept: IndexIdentity) -> bool:
        """Delete up to DROPPED_AT_ONCE rows of other models."""
        if kept.engine is Engine.POSTGRES:
            parameters = (kept.space.model_id, DROPPED_AT_ONCE)
            return connection().execute(DROP_VECTORS, parameters).rowcount > 0
        return connection().execute(DROP_CHUNKS, (DROPPED_AT_ONCE,)).rowcount > 0

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        # Vectors and postings go with their chunk (ON DELETE CASCADE).
        """Delete the chunks; vectors and postings cascade."""
        connection().execute(DELETE, (owner_id, document_id))

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """Rows of chunks, vectors and postings."""
        parameters = {"o": owner_id, "d": document_id}
        row = connection().execute(COUNT, parameters).fetchone()
        return int(row[0]) if row else 0

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> list[Chunk]:
        """Chunks in reading order after an ordinal."""
        parameters = (owner_id, document_id, after, limit)
        return [_chunk(row) for row in connection().execute(READ, parameters)]

    def find(self, query: Query) -> IndexMatches:
        """Both retrievers in one statement, which scores all of up to EXACT_CHUNKS_MAX chunks."""
        parameters = self._parameters(query)
        row = connection().execute(SEARCHED, parameters).fetchone()
        parameters["documents"], chunks = row[:2] if row else ([], 0)
        search = SEARCH if chunks <= EXACT_CHUNKS_MAX else SEARCH_OF_NEAREST
        row = connection().execute(search, parameters).fetchone()
        if row is None or row[0] is None:
            return IndexMatches()
        ids, lexical, coverage, semantic, chunks, containing, *spreads = row
        fetched = {row[0]: row for row in connection().execute(FETCH, (query.owner_id, ids))}
        candidates = [
            Candidate(_chunk(fetched[chunk_id][:5]), fetched[chunk_id][5], words, meaning, share)
            for chunk_id, words, meaning, share in zip(
                ids, lexical, semantic, coverage, strict=True
            )
            if chunk_id in fetched  # else it was purged between the two statements
        ]
        return IndexMatches(
            candidates,
            chunks,
            containing,
            ScoreDistribution(*spreads[:2]),
            ScoreDistribution(*spreads[2:]),
        )

    def _parameters(self, query: Query) -> dict[str, Any]:
        asked = [] if query.mode is SearchMode.SEMANTIC else query_terms(query.text)
        embedding = None if query.mode is SearchMode.LEXICAL else query.embedding
        return {
            "owner": query.owner_id,
            "everywhere": not query.document_ids,
            "documents": list(query.document_ids),
            "terms": [a.term for a in asked],
            "weights": [a.weight for a in asked],
            "shares": [a.coverage_weight for a in asked],
            "shares_missing": [a.missing_weight for a in asked],
            "bs": [a.b for a in asked],
            "embedding": None if embedding is None else _vector(embedding),
            "model": self._model_id,
            "chunks_min": CORPUS_SIZE_MIN,
            "candidates": CANDIDATES_PER_RETRIEVER,
            "neighbours": NEIGHBOURS,
            "sample": SAMPLE,
            "sharpness": POOLING_SHARPNESS,
            "k1": K1,
        }


def _parts(embedded: Sequence[tuple[Chunk, Sequence[float]]]) -> Iterator[list[Any]]:
    """Batches of about INSERTED_AT_ONCE vectors that keep a chunk's vectors together."""
    part: list[tuple[Chunk, Sequence[float]]] = []
    for _, group in groupby(embedded, key=lambda pair: pair[0].id):
        part += group
        if len(part) >= INSERTED_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _chunk_columns(counted: Sequence[Counted]) -> dict[str, Any]:
    chunks = [chunk for chunk, _ in counted]
    return {
        "ids": [chunk.id for chunk in chunks],
        "ordinals": [chunk.ordinal for chunk in chunks],
        "texts": [chunk.text for chunk in chunks],
        "places": [json.dumps(asdict(chunk.place), ensure_ascii=False) for chunk in chunks],
        "lengths": [passage_length(frequencies) for _, frequencies in counted],
    }


def _vector_columns(chunks: Sequence[tuple[Chunk, Sequence[float]]]) -> dict[str, Any]:
    grouped = (list(group) for _, group in groupby(chunks, key=lambda pair: pair[0]))
    return {
        "positions": [position for group in grouped for position, _ in enumerate(group)],
        "ids": [chunk.id for chunk, _ in chunks],
        "embeddings": [_vector(vector) for _, vector in chunks],
    }


def _posting_columns(counted: Sequence[Counted]) -> Iterator[dict[str, Any]]:
    """The postings in portions of at most POSTINGS_AT_ONCE, however many a chunk has."""
    rows = ((t, chunk.id, f) for chunk, frequencies in counted for t, f in frequencies.items())
    while portion := list(islice(rows, POSTINGS_AT_ONCE)):
        yield {
            "terms": [term for term, _, _ in portion],
            "ids": [chunk_id for _, chunk_id, _ in portion],
            "frequencies": [frequency for _, _, frequency in portion],
        }


def _vector(values: Sequence[float]) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in values) + "]"


def _chunk(row: tuple[Any, ...]) -> Chunk:
    chunk_id, document_id, ordinal, text, place = row
    where = Place(**{**place, "headings": tuple(place["headings"])})
    return Chunk(chunk_id, document_id, ordinal, text, where)
