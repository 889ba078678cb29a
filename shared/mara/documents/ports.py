"""What the documents domain needs from the outside world."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from mara.documents.model import (
    Chunk,
    Document,
    Extraction,
    Format,
    Found,
    IndexIdentity,
    Query,
)
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import Scope

CANDIDATES = 100
"""Of each leg: as many as the hits that can be asked for."""


class Documents(Protocol):
    """The repository. A deleted document is not found by any method but those of the purge."""

    def add(self, document: Document) -> None: ...

    def get(self, scope: Scope, document_id: UUID) -> Document:
        """Of an owner, or of anybody in the system's scope. Raises DocumentNotFound."""

    def lock(self, scope: Scope, document_id: UUID) -> Document:
        """Get, and keep others from changing it till the transaction ends.

        Raises DocumentNotFound.
        """

    def find_by_hash(self, owner_id: UUID, sha256: str, filename: str) -> Document | None: ...

    def next_version(self, owner_id: UUID, filename: str) -> int:
        """One more than the newest; two callers at once wait for each other."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Document]: ...

    def save(self, document: Document) -> None: ...

    def claim(self, document_id: UUID, at: datetime, lease_until: datetime) -> Document | None:
        """Take a queued document, or one whose worker is overdue, in one statement."""

    def renew(self, claimed: Document, lease_until: datetime) -> bool:
        """Hold the claim for longer; False where it is lost, to a delete or to a later worker."""

    def supersede_older(self, newest: Document, at: datetime) -> Sequence[UUID]:
        """Mark the older versions of the same file; return whose chunks must go."""

    def overdue(self, at: datetime, limit: int) -> Sequence[Document]:
        """Documents whose next step should have happened by ``at``, locked, skipping locked."""

    def find_deleted(self, document_id: UUID) -> Document | None: ...

    def erase(self, document_id: UUID) -> None:
        """Delete the row itself."""


class Storage(Protocol):
    """Objects of bytes by key. Every method raises StorageUnavailable."""

    def put(self, key: str, content: bytes) -> None: ...

    def download(self, key: str, to: Path) -> bool:
        """False where there is no such object."""

    def size(self, key: str) -> int | None: ...

    def move(self, key: str, to: str) -> None:
        """Safe to repeat."""

    def delete(self, key: str) -> None:
        """Safe to repeat."""

    def presign_upload(self, key: str, size: int, lifetime_s: int) -> tuple[str, dict[str, str]]:
        """The URL and the fields of a form that takes exactly ``size`` bytes."""

    def presign_download(self, key: str, filename: str, lifetime_s: int) -> str: ...


class Extractor(Protocol):
    def extract(self, path: Path, format: Format) -> Extraction:
        """Read a file of unknown and possibly hostile content, within bounded time and memory.

        Raises Unreadable with the reason: encrypted, corrupt, needs OCR, no text, too large.
        """


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

    def pending(self, target: IndexIdentity, limit: int) -> Sequence[Document]:
        """Documents that may answer and are not in ``target`` yet."""

    def lock(self, document_id: UUID) -> bool:
        """Whether it may answer; keeps it so till the transaction ends."""

    def done(self, target: IndexIdentity, document: Document) -> None: ...

    def switch(self, target: IndexIdentity) -> bool:
        """Make ``target`` the index that answers, if nothing is pending: then nothing can become
        so before the transaction ends.
        """

    def forget(self) -> None:
        """That anything was built."""


class OwnDocuments(Protocol):
    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Those that are not this owner's, or are deleted."""
