"""The search index in PostgreSQL: exact vectors and a real BM25, both inside one owner's documents.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
equation 3.15, with the rarity of terms taken among the documents searched; terms of titles count
more, as in its section 3.6.
"""

import json
import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from uuid import UUID

from mara.documents.adapters.analysis import FAMILY, terms
from mara.documents.model import Chunk, Hit, Place, Query, SearchMode
from mara.documents.service.fusion import LegScores, Ranked, fuse
from mara.documents.service.windows import title_of
from mara.platform.database import connection

Counted = tuple[Chunk, dict[str, float]]
"""A chunk with the frequencies of its terms."""

K1 = 1.2
B = 0.75
TITLE_WEIGHT = 2.0
"""An occurrence in the file's name or a heading counts as this many in the text."""
FAMILY_WEIGHT = 0.4
"""A word of the same family says less than the word itself, which counts besides."""

FILENAME = "SELECT filename FROM documents WHERE id = %s"
DELETE = "DELETE FROM index_chunks WHERE owner_id = %s AND document_id = %s"
COUNT = """
    SELECT (SELECT count(*) FROM index_chunks WHERE owner_id = %(owner)s AND document_id = %(document)s)
         + (SELECT count(*) FROM index_vectors WHERE owner_id = %(owner)s AND document_id = %(document)s)
         + (SELECT count(*) FROM index_postings WHERE owner_id = %(owner)s AND document_id = %(document)s)
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

# Only what may answer is counted, scanned and ranked: the filter stands inside, never after.
SEARCH = """
    WITH searched AS MATERIALIZED (
        SELECT c.chunk_id, c.length FROM index_chunks c JOIN documents d ON d.id = c.document_id
        WHERE c.owner_id = %(owner)s AND d.owner_id = %(owner)s
          AND d.state = 'ready' AND d.deleted_at IS NULL
          AND (%(everywhere)s OR c.document_id = ANY(%(documents)s))
    ),
    size AS (SELECT count(*)::float8 AS chunks, avg(length)::float8 AS length FROM searched),
    asked AS (SELECT * FROM unnest(%(terms)s::text[], %(weights)s::float8[]) AS t (term, weight)),
    found AS MATERIALIZED (
        SELECT p.term, s.chunk_id, p.frequency::float8 AS frequency, s.length
        FROM index_postings p JOIN searched s USING (chunk_id)
        WHERE p.owner_id = %(owner)s AND p.term = ANY(%(terms)s)
    ),
    weighed AS (
        SELECT a.term, a.weight
            * ln(1 + (size.chunks - count(f.term) + 0.5) / (count(f.term) + 0.5)) AS weight
        FROM size, asked a LEFT JOIN found f USING (term)
        GROUP BY a.term, a.weight, size.chunks
    ),
    lexical AS (
        SELECT f.chunk_id, sum(w.weight) / (SELECT sum(weight) FROM weighed) AS coverage,
            sum(w.weight * f.frequency * (%(k1)s + 1)
                / (f.frequency + %(k1)s * (1 - %(b)s + %(b)s * f.length / size.length))) AS score
        FROM size, found f JOIN weighed w USING (term) GROUP BY f.chunk_id
    ),
    semantic AS (
        SELECT v.chunk_id, max(1 - (v.embedding <=> %(embedding)s::halfvec)) AS score
        FROM index_vectors v JOIN searched s USING (chunk_id)
        WHERE v.owner_id = %(owner)s AND v.model_id = %(model)s AND %(embedding)s::text IS NOT NULL
        GROUP BY v.chunk_id
    )
    SELECT s.chunk_id, l.score, coalesce(l.coverage, 0), m.score FROM searched s
    LEFT JOIN lexical l USING (chunk_id) LEFT JOIN semantic m USING (chunk_id)
"""
OWN = "SELECT id FROM documents WHERE owner_id = %s AND id = ANY(%s) AND deleted_at IS NULL"
FETCH = """
    SELECT c.chunk_id, c.document_id, c.ordinal, c.text, c.place, d.filename
    FROM index_chunks c JOIN documents d ON d.id = c.document_id WHERE c.chunk_id = ANY(%s)
"""


class PostgresSearchIndex:
    """``model_id`` names the embedding model whose vectors are written and compared."""

    def __init__(self, model_id: str) -> None:
        self._model_id = model_id

    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        self.remove(owner_id, document_id)
        row = connection().execute(FILENAME, (document_id,)).fetchone()
        filename = row[0] if row else ""
        owned = {"owner": owner_id, "document": document_id, "model": self._model_id}
        distinct = [chunk for chunk, _ in groupby(chunk for chunk, _ in chunks)]
        counted = [(chunk, _frequencies(chunk, filename)) for chunk in distinct]
        connection().execute(INSERT_CHUNKS, {**owned, **_chunk_columns(counted)})
        connection().execute(INSERT_VECTORS, {**owned, **_vector_columns(chunks)})
        connection().execute(INSERT_POSTINGS, {**owned, **_posting_columns(counted)})

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        # Vectors and postings go with their chunk (ON DELETE CASCADE).
        connection().execute(DELETE, (owner_id, document_id))

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        parameters = {"owner": owner_id, "document": document_id}
        row = connection().execute(COUNT, parameters).fetchone()
        return int(row[0]) if row else 0

    def search(self, query: Query) -> list[Hit]:
        rows = connection().execute(SEARCH, self._parameters(query)).fetchall()
        ranked = fuse([LegScores(*row) for row in rows], query.mode)[: query.limit]
        found = {
            row[0]: row for row in connection().execute(FETCH, ([r.legs.chunk_id for r in ranked],))
        }
        return [_hit(r, found[r.legs.chunk_id]) for r in ranked]

    def _parameters(self, query: Query) -> dict[str, Any]:
        asked = {} if query.mode is SearchMode.SEMANTIC else _weights(query.text)
        embedding = None if query.mode is SearchMode.LEXICAL else query.embedding
        return {
            "owner": query.owner_id,
            "everywhere": not query.document_ids,
            "documents": list(query.document_ids),
            "terms": list(asked),
            "weights": list(asked.values()),
            "embedding": None if embedding is None else _vector(embedding),
            "model": self._model_id,
            "k1": K1,
            "b": B,
        }


def _weights(text: str) -> dict[str, float]:
    """How much each term of a query counts: repeating a word adds less and less."""
    return {
        term: (1 + math.log(count)) * (FAMILY_WEIGHT if term.startswith(FAMILY) else 1.0)
        for term, count in Counter(terms(text)).items()
    }


def _frequencies(chunk: Chunk, filename: str) -> dict[str, float]:
    found = {term: float(count) for term, count in Counter(terms(chunk.text)).items()}
    # Once each, however often the path repeats it.
    for term in set(terms(title_of(chunk, filename))):
        found[term] = found.get(term, 0.0) + TITLE_WEIGHT
    return found


def _chunk_columns(counted: Sequence[Counted]) -> dict[str, Any]:
    chunks = [chunk for chunk, _ in counted]
    return {
        "ids": [chunk.id for chunk in chunks],
        "ordinals": [chunk.ordinal for chunk in chunks],
        "texts": [chunk.text for chunk in chunks],
        "places": [json.dumps(asdict(chunk.place), ensure_ascii=False) for chunk in chunks],
        "lengths": [_length(frequencies) for _, frequencies in counted],
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


def _length(frequencies: dict[str, float]) -> float:
    return sum(n for term, n in frequencies.items() if not term.startswith(FAMILY))


def _vector(values: Sequence[float]) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in values) + "]"


def _hit(ranked: Ranked, row: tuple[Any, ...]) -> Hit:
    chunk_id, document_id, ordinal, text, place, filename = row
    where = Place(**{**place, "headings": tuple(place["headings"])})
    return Hit(
        chunk=Chunk(chunk_id, document_id, ordinal, text, where),
        filename=filename,
        score=ranked.score,
        lexical=ranked.legs.lexical,
        semantic=ranked.legs.semantic,
        coverage=ranked.legs.coverage,
    )


class PostgresOwnDocuments:
    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        rows = connection().execute(OWN, (owner_id, list(document_ids)))
        return set(document_ids) - {row[0] for row in rows}
