"""What the search domain needs from the outside world."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from mara.search.model import Chunk, Found, IndexedDocument, IndexIdentity, Query

CANDIDATES = 100
"""Of each leg: as many as the hits that can be asked for."""


class Embedder(Protocol):
    @property
    def model_id(self) -> str:
        """Names model and version: vectors of different ids must never be compared."""

    @property
    def dimensions(self) -> int: ...

    @property
    def tokens_max(self) -> int:
        """The longest text, in tokens, that the model reads to its end."""

    def count_tokens(self, text: str) -> int:
        """How many of the model's own tokens the text takes."""

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors, one per text, in order."""

    def embed_query(self, text: str) -> list[float]:
        """A unit vector."""


class SearchIndex(Protocol):
    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """Make these the only chunks of the document. Safe to repeat.

        A chunk stands once for each of its vectors, in order: of the whole, and of its sentences.
        """

    def remove(self, owner_id: UUID, document_id: UUID) -> None: ...

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """How many rows of the document the index still holds, to verify a removal."""

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> Sequence[Chunk]:
        """The document's chunks in reading order, from the one behind ordinal ``after`` on."""

    def find(self, query: Query) -> Found:
        """The best CANDIDATES of each leg asked for, none of a deleted document.

        Which they are does not depend on how many hits are wanted later.
        """


class BuildableIndex(SearchIndex, Protocol):
    """An index that can be built while another one, of the same engine or not, answers."""

    def build(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """As replace, and what other indexes hold of the document stays. Safe to repeat."""

    def drop_all_but(self, kept: IndexIdentity) -> bool:
        """Delete some of what this engine holds of other indexes; whether there may be more."""


class IndexBuilds(Protocol):
    """Which index answers, and how far another one has come that shall."""

    def claim(self) -> None:
        """Keep others from reindexing till release, or the end of this process. Safe to repeat.

        Raises ReindexingAlready.
        """

    def release(self) -> None: ...

    def in_use(self) -> IndexIdentity | None:
        """``None`` as long as nothing has been indexed."""

    def pending(self, target: IndexIdentity, limit: int) -> Sequence[IndexedDocument]:
        """Documents that may answer and are not in ``target`` yet."""

    def lock(self, document_id: UUID) -> bool:
        """Whether it may answer; keeps it so till the transaction ends."""

    def done(self, target: IndexIdentity, document: IndexedDocument) -> None: ...

    def switch(self, target: IndexIdentity) -> bool:
        """Make ``target`` the index that answers, if nothing is pending: then nothing can become
        so before the transaction ends.
        """

    def forget(self) -> None:
        """That anything was built."""
