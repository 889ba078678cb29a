"""What the documents domain needs from the outside world."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from mara.documents.model import Document
from mara.extraction.model import Extraction, Format
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import Scope

if TYPE_CHECKING:
    from mara.documents.model.analysis import Analysis


class Documents(Protocol):
    """The repository. A deleted document is not found by any method but those of the purge."""

    def add(self, document: Document) -> None:
        """Insert a new document."""

    def get(self, scope: Scope, document_id: UUID) -> Document:
        """Of one owner, or of any in the system's scope. Raises DocumentNotFound."""

    def lock(self, scope: Scope, document_id: UUID) -> Document:
        """Get, and lock it until the transaction ends.

        Raises DocumentNotFound.
        """

    def find_by_hash(self, owner_id: UUID, sha256: str, filename: str) -> Document | None:
        """The document of this name with these bytes, if any."""

    def next_version(self, owner_id: UUID, filename: str) -> int:
        """One more than the newest; two callers at once wait for each other."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Document]:
        """A page, newest first, with one item more than its limit."""

    def save(self, document: Document) -> None:
        """Update the document."""

    def claim(self, document_id: UUID, at: datetime, lease_until: datetime) -> Document | None:
        """Lease a queued document, or one whose lease has expired, atomically."""

    def renew(self, claimed: Document, lease_until: datetime) -> bool:
        """Extend the lease; False where the claim was lost to a delete or a later worker."""

    def supersede_older(self, newest: Document, at: datetime) -> Sequence[UUID]:
        """Mark the older versions of the same file; return whose chunks must go."""

    def overdue(self, at: datetime, limit: int) -> Sequence[Document]:
        """Documents whose next step should have happened by ``at``, locked, skipping locked."""

    def find_deleted(self, document_id: UUID) -> Document | None:
        """A deleted document that has not been erased."""

    def erase(self, document_id: UUID) -> None:
        """Delete the row itself."""


class Storage(Protocol):
    """Objects of bytes by key. Every method raises StorageUnavailable."""

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""

    def download(self, key: str, to: Path) -> bool:
        """False where there is no such object."""

    def size(self, key: str) -> int | None:
        """Size in bytes; None where there is no such object."""

    def move(self, key: str, to: str) -> None:
        """Safe to repeat."""

    def delete(self, key: str) -> None:
        """Safe to repeat."""

    def presign_upload(self, key: str, size: int, lifetime_s: int) -> tuple[str, dict[str, str]]:
        """The URL and the fields of a form that takes exactly ``size`` bytes."""

    def presign_download(self, key: str, filename: str, lifetime_s: int) -> str:
        """A URL that downloads the object as ``filename``."""


class Extractor(Protocol):
    """Reads files."""

    def extract(self, path: Path, format: Format) -> Extraction:
        """Read a file of unknown and possibly hostile content, within bounded time and memory.

        Raises Unreadable with the reason: encrypted, corrupt, needs OCR, no text, too large.
        """


class OwnDocuments(Protocol):
    """Ownership of documents."""

    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Those that are not this owner's, or are deleted."""


class Analyses(Protocol):
    """The repository of document analyses; a document has at most one."""

    def find(self, owner_id: UUID, document_id: UUID) -> "Analysis | None":
        """Return the analysis of a document, or ``None`` if none was requested."""

    def save(self, analysis: "Analysis") -> None:
        """Insert the analysis of its document, or replace it."""
