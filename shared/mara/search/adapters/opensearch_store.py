"""The OpenSearch index of one vector space: creation, writes, removals, queries.

Its name contains the model and the length of the vectors, so vectors of two models are never in one
index. The name is an alias: a write to a missing alias fails, while a write to a missing index
would create one with a dynamic mapping.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from mara.platform import opensearch
from mara.search.errors import SearchUnavailable, VectorLengthWrong
from mara.search.model import VectorSpace

Body = dict[str, Any]

WRITE_TIMEOUT_S = 25
BULK_CHUNKS = 200
BULK_BYTES = 5 * 1024 * 1024
BULK_RETRIES = 3
REMOVALS_MAX = 3
"""Attempts of a removal during which chunks are written concurrently."""

LENIENT = {"ignore_unavailable": "true"}
"""A missing index counts as empty."""

BAD_REQUEST = 400
TOO_BUSY = 429
SERVER_ERRORS = 500

VECTORS_EXCLUDED = ["vectors", "terms"]
"""Indexed but not stored: most of the size of a chunk, and never read back."""


def prefix_of(prefix: str) -> str:
    """The prefix of the names of all chunk indexes."""
    return f"{prefix}-chunks-"


def name_of(space: VectorSpace, prefix: str) -> str:
    """Readable and unique for similar ids: ``mara-chunks-use-v3-512-1f2e3d4c``."""
    slug = re.sub(r"[^a-z0-9]+", "-", space.model_id.lower()).strip("-")[:60]
    digest = hashlib.sha256(f"{space.model_id}\n{space.dimensions}".encode()).hexdigest()
    return f"{prefix_of(prefix)}{slug}-{space.dimensions}-{digest[:8]}"


def mapping(space: VectorSpace) -> Body:
    """The mapping of an index for this vector space."""
    vector = {
        "type": "knn_vector",
        "dimension": space.dimensions,
        "method": {
            "name": "hnsw",
            "engine": "lucene",
            "space_type": "cosinesimil",
            "parameters": {"m": 16, "ef_construction": 128},
        },
    }
    return {
        "dynamic": "strict",
        "_meta": {"model_id": space.model_id, "dimensions": space.dimensions},
        "_source": {"excludes": VECTORS_EXCLUDED},
        "_routing": {"required": True},
        "properties": {
            "chunk_id": {"type": "keyword"},
            "owner_id": {"type": "keyword"},
            "document_id": {"type": "keyword"},
            "ordinal": {"type": "integer"},
            "text": {"type": "text", "index": False, "norms": False},
            "place": {"type": "object", "enabled": False},
            "length": {"type": "float"},
            "draw": {"type": "float"},
            # Analysed before they are sent, as for the other index: see model.analyzer.
            "terms": {
                "type": "text",
                "analyzer": "whitespace",
                "index_options": "freqs",
                "norms": False,
            },
            "vectors": {"type": "nested", "properties": {"embedding": vector}},
            "vector_count": {"type": "integer"},
        },
    }


@contextmanager
def answering() -> Iterator[None]:
    """Raises SearchUnavailable for failures that a retry may resolve; others are bugs."""
    from opensearchpy import exceptions

    try:
        yield
    except exceptions.ConnectionError as error:
        raise SearchUnavailable("Try again in a few seconds.") from error
    except exceptions.TransportError as error:
        status = int(error.status_code)  # a string in connection errors only
        if status != TOO_BUSY and status < SERVER_ERRORS:
            raise
        raise SearchUnavailable("Try again in a few seconds.") from error


class ChunkStore:
    """Rows have the fields of ``mapping``; they are routed by owner, to one shard."""

    def __init__(self, space: VectorSpace, prefix: str) -> None:
        self._space = space
        self.name = name_of(space, prefix)
        self._every = f"{prefix_of(prefix)}*"
        self._is_there = False

    def ensure(self) -> None:
        """Create the index if it is missing. Raises VectorLengthWrong, SearchUnavailable."""
        if self._is_there:
            return
        with answering():
            if not opensearch.client().indices.exists_alias(name=self.name):
                self._create()
            self._check_dimensions()
        self._is_there = True

    def _create(self) -> None:
        from opensearchpy.exceptions import RequestError

        body = {
            "settings": {"index": {"knn": True}},
            "mappings": mapping(self._space),
            "aliases": {self.name: {}},
        }
        try:
            opensearch.client().indices.create(
                index=f"{self.name}-1", body=body, timeout=WRITE_TIMEOUT_S
            )
        except RequestError as error:  # another process was faster
            if error.error != "resource_already_exists_exception":
                raise

    def _check_dimensions(self) -> None:
        found = opensearch.client().indices.get_mapping(index=self.name)
        for index, answer in found.items():
            vectors = answer["mappings"]["properties"]["vectors"]["properties"]
            dimensions = vectors["embedding"]["dimension"]
            if dimensions != self._space.dimensions:
                raise VectorLengthWrong(
                    f"The index {index} holds vectors of {dimensions} numbers,"
                    f" {self._space.model_id} makes {self._space.dimensions}."
                )

    def write(self, owner_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
        """Index rows by chunk id, replacing existing ones; they are searchable on return."""
        from opensearchpy import helpers

        actions = (
            {
                "_op_type": "index",
                "_index": self.name,
                "_id": row["chunk_id"],
                "routing": str(owner_id),
                **row,
            }
            for row in rows
        )
        with answering():
            helpers.bulk(
                opensearch.client(),
                actions,
                chunk_size=BULK_CHUNKS,
                max_chunk_bytes=BULK_BYTES,
                max_retries=BULK_RETRIES,
                timeout=WRITE_TIMEOUT_S,
                params={"require_alias": "true"},
            )
            self._refresh(self.name)

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        """Remove from every index of the prefix, also one being built. Raises SearchUnavailable."""
        self._remove(self._every, owner_id, _document(owner_id, document_id))

    def remove_others(self, owner_id: UUID, document_id: UUID, kept: Sequence[str]) -> None:
        """Remove the document's chunks except ``kept``, from this index only.

        Raises SearchUnavailable where some remain after REMOVALS_MAX attempts.
        """
        query = _document(owner_id, document_id)
        query["bool"]["must_not"] = [{"terms": {"chunk_id": list(kept)}}]
        self._remove(self.name, owner_id, query)

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """Count in every index of the prefix."""
        return self._count(self._every, owner_id, _document(owner_id, document_id))

    def remove_owner(self, owner_id: UUID) -> int:
        """Remove all chunks of the owner from every index; return how many there were."""
        there = self.count_owner(owner_id)
        if there:
            self._remove(self._every, owner_id, _owner(owner_id))
        return there

    def count_owner(self, owner_id: UUID) -> int:
        """Count the chunks of the owner in every index of the prefix."""
        return self._count(self._every, owner_id, _owner(owner_id))

    def drop_others(self, kept: str | None) -> None:
        """Delete every index of the prefix except ``kept``."""
        with answering():
            found = opensearch.client().indices.get_alias(index=self._every)
            for index, answer in found.items():
                if kept not in answer["aliases"]:
                    opensearch.client().indices.delete(index=index, params=LENIENT)

    def _remove(self, index: str, owner_id: UUID, query: Body) -> None:
        for _ in range(REMOVALS_MAX):
            if self._count(index, owner_id, query) == 0:
                return
            with answering():
                opensearch.client().delete_by_query(
                    index=index,
                    body={"query": query},
                    timeout=WRITE_TIMEOUT_S,
                    params={"routing": str(owner_id), "conflicts": "proceed", **LENIENT},
                )
        if self._count(index, owner_id, query):
            raise SearchUnavailable("Passages that were to be removed remain.")

    def _count(self, index: str, owner_id: UUID, query: Body) -> int:
        with answering():
            self._refresh(index)
            answer = opensearch.client().count(
                index=index, body={"query": query}, params={"routing": str(owner_id), **LENIENT}
            )
        return int(answer["count"])

    def _refresh(self, index: str) -> None:
        opensearch.client().indices.refresh(index=index, params=LENIENT, timeout=WRITE_TIMEOUT_S)

    def page(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> list[Body]:
        """The document's chunks with an ordinal greater than ``after``, in order."""
        body = {
            "size": limit,
            "query": _document(owner_id, document_id),
            "sort": [{"ordinal": "asc"}],
            "search_after": [after],
        }
        found: list[Body] = self.ask(owner_id, [body])[0]["hits"]["hits"]
        return found

    def ask(self, owner_id: UUID, bodies: Sequence[Body]) -> list[Body]:
        """One answer for each body, in one round trip.

        Raises SearchUnavailable, also for partial answers.
        """
        if not bodies:
            return []
        header = {"routing": str(owner_id), "allow_partial_search_results": False}
        lines = [line for body in bodies for line in (header, body)]
        with answering():
            answers: list[Body] = opensearch.client().msearch(index=self.name, body=lines)[
                "responses"
            ]
        for answer in answers:
            if "error" in answer or answer["timed_out"]:
                raise _failed(answer)
        return answers


def _failed(answer: Body) -> Exception:
    reason = RuntimeError(str(answer.get("error", "It took too long.")))
    if answer["status"] == BAD_REQUEST:
        return reason
    unavailable = SearchUnavailable("Try again in a few seconds.")
    unavailable.__cause__ = reason
    return unavailable


def _document(owner_id: UUID, document_id: UUID) -> Body:
    own = [{"term": {"owner_id": str(owner_id)}}, {"term": {"document_id": str(document_id)}}]
    return {"bool": {"filter": own}}


def _owner(owner_id: UUID) -> Body:
    return {"bool": {"filter": [{"term": {"owner_id": str(owner_id)}}]}}
