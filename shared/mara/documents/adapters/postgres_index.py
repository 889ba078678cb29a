"""The search index in PostgreSQL: exact vectors and a real BM25, both inside one owner's documents.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
equation 3.15, with the rarity of terms taken among the documents searched; terms of titles count
more, as in its section 3.6.
"""

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from uuid import UUID

from mara.documents.adapters.analysis import FAMILY, terms
from mara.documents.model import Chunk, Hit, Place, Query, SearchMode
from mara.documents.service.fusion import LegScores, Ranked, fuse
from mara.documents.service.windows import title_of
from mara.platform.database import connection

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
COPY_CHUNKS = """COPY index_chunks (chunk_id, owner_id, document_id, ordinal, text, place, length)
    FROM STDIN"""
COPY_VECTORS = """COPY index_vectors (chunk_id, owner_id, document_id, position, model_id, embedding)
    FROM STDIN"""
COPY_POSTINGS = """COPY index_postings (owner_id, term, chunk_id, document_id, frequency)
    FROM STDIN"""

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
        owned = (owner_id, document_id)
        by_chunk = [
            (chunk, [vector for _, vector in group])
            for chunk, group in groupby(chunks, key=lambda pair: pair[0])
        ]
        counted = [(chunk, _frequencies(chunk, filename)) for chunk, _ in by_chunk]
        _copy(COPY_CHUNKS, (_chunk_row(owned, chunk, found) for chunk, found in counted))
        _copy(COPY_VECTORS, self._vector_rows(owned, by_chunk))
        _copy(COPY_POSTINGS, _posting_rows(owned, counted))

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

    def _vector_rows(
        self,
        owned: tuple[UUID, UUID],
        chunks: Iterable[tuple[Chunk, list[Sequence[float]]]],
    ) -> Iterable[tuple[Any, ...]]:
        for chunk, vectors in chunks:
            for position, vector in enumerate(vectors):
                yield (chunk.id, *owned, position, self._model_id, _vector(vector))

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
    found: dict[str, float] = dict(Counter(terms(chunk.text)))
    # Once each, however often the path repeats it.
    for term in set(terms(title_of(chunk, filename))):
        found[term] = found.get(term, 0.0) + TITLE_WEIGHT
    return found


def _chunk_row(
    owned: tuple[UUID, UUID], chunk: Chunk, frequencies: dict[str, float]
) -> tuple[Any, ...]:
    words = sum(n for term, n in frequencies.items() if not term.startswith(FAMILY))
    place = json.dumps(asdict(chunk.place), ensure_ascii=False)
    return (chunk.id, *owned, chunk.ordinal, chunk.text, place, words)


def _posting_rows(
    owned: tuple[UUID, UUID], counted: Iterable[tuple[Chunk, dict[str, float]]]
) -> Iterable[tuple[Any, ...]]:
    owner_id, document_id = owned
    for chunk, frequencies in counted:
        for term, frequency in frequencies.items():
            yield (owner_id, term, chunk.id, document_id, frequency)


def _copy(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection().cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


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
