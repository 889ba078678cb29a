"""The search index in PostgreSQL: exact vector search and BM25 over one owner's documents.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
equation 3.15, with the idf of terms computed over the documents searched; titles are a field of
their own, whose score is added.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from uuid import UUID

from mara.extraction.model import Place
from mara.platform.database import connection
from mara.search.adapters.searchable_documents import SEARCHABLE, filename_of
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

INSERTED_AT_ONCE = 2000

DELETE = "DELETE FROM index_chunks WHERE owner_id = %s AND document_id = %s"
COUNT = """
    SELECT (SELECT count(*) FROM index_chunks WHERE owner_id = %(o)s AND document_id = %(d)s)
         + (SELECT count(*) FROM index_vectors WHERE owner_id = %(o)s AND document_id = %(d)s)
         + (SELECT count(*) FROM index_postings WHERE owner_id = %(o)s AND document_id = %(d)s)
"""
READ = """
    SELECT chunk_id, document_id, ordinal, text, place FROM index_chunks
    WHERE owner_id = %s AND document_id = %s AND ordinal > %s ORDER BY ordinal LIMIT %s
"""
# Arrays, since COPY is refused on tables with row-level security.
INSERT_CHUNKS = """
    INSERT INTO index_chunks (chunk_id, owner_id, document_id, ordinal, text, place, length)
    SELECT c, %(owner)s, %(document)s, o, t, p, l FROM unnest(
        %(ids)s::uuid[], %(ordinals)s::int[], %(texts)s::text[], %(places)s::jsonb[],
        %(lengths)s::real[]) AS u (c, o, t, p, l)
"""
INSERT_VECTORS = """
    INSERT INTO index_vectors (chunk_id, owner_id, document_id, position, model_id, embedding)
    SELECT c, %(owner)s, %(document)s, p, %(model)s, e::halfvec FROM unnest(
        %(ids)s::uuid[], %(positions)s::smallint[], %(embeddings)s::text[]) AS u (c, p, e)
"""
INSERT_POSTINGS = """
    INSERT INTO index_postings (owner_id, term, chunk_id, document_id, frequency)
    SELECT %(owner)s, t, c, %(document)s, f FROM unnest(
        %(terms)s::text[], %(ids)s::uuid[], %(frequencies)s::real[]) AS u (t, c, f)
"""

# Only what may answer is counted, scanned and ranked: the filter stands inside, never after. The
# documents come first and alone, so that their few ids lead into the other tables' indexes. Of rows
# just written PostgreSQL knows no number, and guesses one: a nested loop over that one would be
# all chunks times all chunks, so it may plan none till this transaction ends. With memory for it,
# the vectors of a chunk are summed where they are read, by several processes, and never sorted.
SEARCHED = f"""
    SELECT coalesce(array_agg(id), '{{}}'), set_config('enable_nestloop', 'off', true),
        set_config('work_mem', '64MB', true)
    FROM documents WHERE {SEARCHABLE}
"""
SEARCH = """
    WITH searched AS MATERIALIZED (
        SELECT chunk_id, length::float8 AS length FROM index_chunks
        WHERE owner_id = %(owner)s AND document_id = ANY(%(documents)s)
    ),
    size AS MATERIALIZED (SELECT count(*)::float8 AS chunks, avg(length) AS length FROM searched),
    found AS MATERIALIZED (
        SELECT term, chunk_id, frequency::float8 AS frequency FROM index_postings
        WHERE owner_id = %(owner)s AND term = ANY(%(terms)s) AND document_id = ANY(%(documents)s)
    ),
    common AS (SELECT term, count(*)::float8 AS chunks FROM found GROUP BY term),
    weighed AS MATERIALIZED (
        SELECT term, b,
            weight * ln(1 + (size.chunks - n + 0.5) / (n + 0.5)) AS weight,
            CASE WHEN n = 0 THEN share_missing ELSE share END
                * ln(1 + (greatest(size.chunks, %(chunks_min)s) - n + 0.5) / (n + 0.5)) AS share
        FROM size, unnest(%(terms)s::text[], %(weights)s::float8[], %(shares)s::float8[],
            %(shares_missing)s::float8[], %(bs)s::float8[])
            AS asked (term, weight, share, share_missing, b)
        LEFT JOIN common USING (term), coalesce(common.chunks, 0) AS n
    ),
    lexical AS (
        SELECT f.chunk_id, sum(w.share) / (SELECT nullif(sum(share), 0) FROM weighed) AS coverage,
            sum(w.weight * f.frequency * (%(k1)s + 1)
                / (f.frequency + %(k1)s * (1 - w.b + w.b * s.length / size.length))) AS score
        FROM size, found f JOIN weighed w USING (term) JOIN searched s USING (chunk_id)
        GROUP BY f.chunk_id
    ),
    semantic AS MATERIALIZED (
        SELECT chunk_id, ln(sum(exp(%(sharpness)s * (1 - (embedding <=> %(embedding)s::halfvec))))
            / sqrt(count(*))) / %(sharpness)s AS score
        FROM index_vectors
        WHERE owner_id = %(owner)s AND document_id = ANY(%(documents)s) AND model_id = %(model)s
          AND %(embedding)s::text IS NOT NULL
        GROUP BY chunk_id
    ),
    best AS (
        (SELECT chunk_id FROM lexical ORDER BY score DESC, chunk_id LIMIT %(candidates)s)
        UNION (SELECT chunk_id FROM semantic ORDER BY score DESC, chunk_id LIMIT %(candidates)s)
    ),
    candidates AS (
        SELECT array_agg(chunk_id) AS ids, array_agg(l.score) AS lexical,
            array_agg(coalesce(l.coverage, 0)) AS coverage, array_agg(m.score) AS semantic
        FROM best LEFT JOIN lexical l USING (chunk_id) LEFT JOIN semantic m USING (chunk_id)
    ),
    -- A chunk that a leg does not find has the score 0 there, and counts.
    spread AS (
        SELECT l.mean AS lexical, sqrt(greatest(l.squares - l.mean ^ 2, 0)) AS lexical_deviation,
            m.mean AS semantic, sqrt(greatest(m.squares - m.mean ^ 2, 0)) AS semantic_deviation
        FROM (SELECT coalesce(sum(score), 0) / greatest(max(size.chunks), 1) AS mean,
                coalesce(sum(score ^ 2), 0) / greatest(max(size.chunks), 1) AS squares
              FROM size LEFT JOIN lexical ON true) l,
             (SELECT coalesce(sum(score), 0) / greatest(max(size.chunks), 1) AS mean,
                coalesce(sum(score ^ 2), 0) / greatest(max(size.chunks), 1) AS squares
              FROM size LEFT JOIN semantic ON true) m
    )
    SELECT c.ids, c.lexical, c.coverage, c.semantic, size.chunks::int,
        (SELECT coalesce(json_object_agg(term, chunks::int), '{}') FROM common),
        s.lexical, s.lexical_deviation, s.semantic, s.semantic_deviation
    FROM candidates c, size, spread s
"""
HOLDS = "SELECT FROM index_chunks WHERE owner_id = %(owner)s AND document_id = %(document)s LIMIT 1"
DELETE_VECTORS = """
    DELETE FROM index_vectors
    WHERE owner_id = %(owner)s AND document_id = %(document)s AND model_id = %(model)s
"""
DROPPED_AT_ONCE = 5_000
DROP_VECTORS = """
    DELETE FROM index_vectors WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM index_vectors WHERE model_id <> %s LIMIT %s))
"""
DROP_CHUNKS = """
    DELETE FROM index_chunks WHERE ctid = ANY(ARRAY(SELECT ctid FROM index_chunks LIMIT %s))
"""
FETCH = """
    SELECT c.chunk_id, c.document_id, c.ordinal, c.text, c.place, d.filename
    FROM index_chunks c JOIN documents d ON d.id = c.document_id
    WHERE c.owner_id = %s AND c.chunk_id = ANY(%s)
"""


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
            connection().execute(INSERT_POSTINGS, {**owned, **_posting_columns(counted)})

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
        """Both retrievers in one statement."""
        parameters = self._parameters(query)
        row = connection().execute(SEARCHED, parameters).fetchone()
        parameters["documents"] = row[0] if row else []
        row = connection().execute(SEARCH, parameters).fetchone()
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


def _posting_columns(counted: Sequence[Counted]) -> dict[str, Any]:
    rows = [(t, chunk.id, f) for chunk, frequencies in counted for t, f in frequencies.items()]
    return {
        "terms": [term for term, _, _ in rows],
        "ids": [chunk_id for _, chunk_id, _ in rows],
        "frequencies": [frequency for _, _, frequency in rows],
    }


def _vector(values: Sequence[float]) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in values) + "]"


def _chunk(row: tuple[Any, ...]) -> Chunk:
    chunk_id, document_id, ordinal, text, place = row
    where = Place(**{**place, "headings": tuple(place["headings"])})
    return Chunk(chunk_id, document_id, ordinal, text, where)
