"""The ports of the search domain: indexes, embedders and rerankers."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from mara.search.model import (
    Chunk,
    IndexedDocument,
    IndexIdentity,
    IndexMatches,
    Query,
    RankedCandidate,
)
from mara.search.model.matching import QueryAnalysis

CANDIDATES_PER_RETRIEVER = 100
"""As many as the hits that can be requested."""


class Embedder(Protocol):
    """An embedding model. Vectors have unit length, so that a dot product is a cosine."""

    @property
    def model_id(self) -> str:
        """Names model and version: vectors of different ids must never be compared."""

    @property
    def dimensions(self) -> int:
        """The length of each vector."""

    @property
    def tokens_max(self) -> int:
        """The longest text, in tokens, that the model reads without truncating it."""

    def count_tokens(self, text: str) -> int:
        """The number of the model's own tokens, or an upper bound where it cannot be known."""

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed n passages as an ``(n, dimensions)`` matrix of float32 values, in order.

        Raises EmbeddingUnavailable.
        """

    def embed_query(self, text: str) -> list[float]:
        """Embed a query as a ``(dimensions,)`` vector. Raises EmbeddingUnavailable."""

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """For each of n words, its highest cosine with any of the others: n values of -1..1.

        ``others`` is not empty. Raises EmbeddingUnavailable.
        """


class Reranker(Protocol):
    """Reorders the best candidates by a closer look at their texts."""

    def rerank(
        self, query: QueryAnalysis, ranked: Sequence[RankedCandidate]
    ) -> list[RankedCandidate]:
        """The same candidates, best first, with scores that never increase along the list.

        Differences of scores stay comparable to those of the fused ranking (standard deviations).
        """


class SearchIndex(Protocol):
    """Passages of documents with their term frequencies and vectors."""

    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """Make these the only chunks of the document. Idempotent.

        A chunk is repeated for each of its vectors, in order: of the whole, and of its sentences.
        """

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        """Delete all chunks of the document. Idempotent."""

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """How many rows of the document the index still holds, to verify a removal."""

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> Sequence[Chunk]:
        """The document's chunks in reading order, with an ordinal greater than ``after``."""

    def find(self, query: Query) -> IndexMatches:
        """The best CANDIDATES_PER_RETRIEVER of each retriever, none of a deleted document.

        The result does not depend on how many hits the caller wants. Raises SearchUnavailable.
        """


class BuildableIndex(SearchIndex, Protocol):
    """An index that can be built while another one, of the same engine or not, serves queries."""

    def build(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """As replace, but leaves what other indexes hold of the document. Idempotent."""

    def delete_other_indexes(self, kept: IndexIdentity) -> bool:
        """Delete a batch of what this engine holds of other indexes; whether there may be more."""


class IndexBuilds(Protocol):
    """Which index is active, and how far the build of its successor has come."""

    def acquire(self) -> None:
        """Lock out other reindexing processes until release or the end of this process.

        Idempotent. Raises ReindexingAlready.
        """

    def release(self) -> None:
        """Release the lock of acquire."""

    def active(self) -> IndexIdentity | None:
        """The index that serves queries; ``None`` until something has been indexed."""

    def pending(self, target: IndexIdentity, limit: int) -> Sequence[IndexedDocument]:
        """Searchable documents that ``target`` does not contain yet."""

    def lock_document(self, document_id: UUID) -> bool:
        """Whether the document is searchable; it stays so until the transaction ends."""

    def mark_built(self, target: IndexIdentity, document: IndexedDocument) -> None:
        """Record that ``target`` contains the document. Idempotent."""

    def cut_over(self, target: IndexIdentity) -> bool:
        """Make ``target`` the active index, unless documents are pending.

        None can become pending before the transaction ends.
        """

    def clear(self) -> None:
        """Delete the records of mark_built."""
