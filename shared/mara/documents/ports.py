"""The ports of the documents domain: repositories, storage and the reader of files."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from mara.documents.model import Document, Progress
from mara.extraction.model import Extraction, Format
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import Scope

if TYPE_CHECKING:
    from mara.documents.model.analysis import Analysis

NAMESAKES_MAX = 20
"""The number of documents of one name that a new one is compared with."""


class Documents(Protocol):
    """The repository of documents.

    Deleted documents are visible to ``find_deleted``, ``overdue`` and ``erase`` only. A scope is an
    owner's id, or SYSTEM, which sees the documents of all owners.
    """

    def add(self, document: Document) -> None:
        """Insert a new document."""

    def get(self, scope: Scope, document_id: UUID) -> Document:
        """Return the document if it is visible in ``scope``. Raises DocumentNotFound."""

    def lock(self, scope: Scope, document_id: UUID) -> Document:
        """Return the document, locked until the transaction ends. Raises DocumentNotFound."""

    def find_by_hash(self, owner_id: UUID, sha256: str, filename: str) -> Document | None:
        """Return the newest document with this content and name, ``None`` if there is none.

        ``sha256`` is in hex. A superseded version is not returned.
        """

    def lock_name(self, owner_id: UUID, filename: str) -> None:
        """Lock the name until the transaction ends: the same file is registered once."""

    def next_version(self, owner_id: UUID, lineage_id: UUID) -> int:
        """Return the newest version of the file plus one.

        The file is locked until the transaction ends: concurrent callers get distinct versions.
        """

    def earlier_namesakes(self, document: Document) -> Sequence[Document]:
        """Return the searchable documents of the same name and owner, the newest first.

        Only those that were uploaded before ``document``, at most NAMESAKES_MAX.
        """

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Document]:
        """Return a page, and one more than its limit if there are more.

        The filters are ``state``, ``text`` (of the file name) and ``superseded``: without the
        latter, superseded versions are left out. Raises InvalidCursor.
        """

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of documents that the filters of ``page`` admit."""

    def save(self, document: Document) -> None:
        """Update a stored document."""

    def claim(self, document_id: UUID, at: datetime, lease_until: datetime) -> Document | None:
        """Lease a queued document, or one whose lease has expired, atomically.

        Returns it with ``attempts`` incremented, or ``None`` if it cannot be leased.
        """

    def renew(self, claimed: Document, lease_until: datetime, progress: Progress) -> bool:
        """Extend the lease and show the progress.

        Returns False if the document was deleted or leased again.
        """

    def supersede_older(self, newest: Document, at: datetime) -> Sequence[UUID]:
        """Mark the older versions of the file as superseded.

        Returns their ids, to remove them from search.
        """

    def overdue(self, at: datetime, limit: int) -> Sequence[Document]:
        """Return at most ``limit`` documents whose next step is overdue at ``at``.

        They are locked until the transaction ends; documents that others have locked are skipped.
        """

    def find_deleted(self, document_id: UUID) -> Document | None:
        """Return a document that is deleted and not erased yet, ``None`` if there is none."""

    def erase(self, document_id: UUID) -> None:
        """Delete the row of a deleted document."""


class Storage(Protocol):
    """The object storage of files, by key. Every method may raise StorageUnavailable."""

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""

    def download(self, key: str, to: Path) -> bool:
        """Download an object to a file; return False if it does not exist."""

    def size(self, key: str) -> int | None:
        """Return the size in bytes, ``None`` if the object does not exist."""

    def move(self, key: str, to: str) -> None:
        """Move an object to another key. Idempotent."""

    def delete(self, key: str) -> None:
        """Delete an object, if it exists. Idempotent."""

    def presign_upload(self, key: str, size: int, lifetime_s: int) -> tuple[str, dict[str, str]]:
        """Return the URL and the fields of a form that accepts exactly ``size`` bytes."""

    def presign_download(
        self, key: str, filename: str, lifetime_s: int, *, shown_as: str | None = None
    ) -> str:
        """Return a URL of the object for ``lifetime_s`` seconds.

        A browser saves it as ``filename``; it shows it as the media type ``shown_as``, if given.
        """


class Extractor(Protocol):
    """Extracts text from files."""

    def extract(self, path: Path, format: Format) -> Extraction:
        """Read a possibly hostile file, within limits of time and memory.

        Raises Unreadable with the reason: encrypted, corrupt, needs OCR, no text, too large.
        """


class PageMetering(Protocol):
    """The pages that documents may use of their owner's plan.

    Reservations that are neither settled nor released expire.
    """

    def reserve(self, owner_id: UUID, document_id: UUID, pages: int) -> str:
        """Reserve pages for a document that is read; return the key of the reservation.

        Opens transactions of its own. A document has one open reservation, which a later worker
        finds again. Raises PaymentRequired where the plan or the balance does not allow it.
        """

    def settle(self, owner_id: UUID, key: str, pages: int) -> None:
        """Count the pages, in the caller's open transaction."""

    def release(self, owner_id: UUID, key: str) -> None:
        """Give everything back, in a transaction of its own."""


class StorageLevel(Protocol):
    """The bytes of all documents of a user; each method stands in the caller's transaction."""

    def take(self, owner_id: UUID, size: int) -> None:
        """Count a new document of ``size`` bytes. Raises UsageLimitReached; then roll back."""

    def give(self, owner_id: UUID, size: int) -> None:
        """Count a document of ``size`` bytes that is deleted."""


class OwnDocuments(Protocol):
    """The ownership of documents, for domains that store ids of documents."""

    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of ``document_ids`` that are deleted or belong to another owner."""

    def with_namesakes(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of the owner's ``document_ids`` whose file name is not unique.

        Another searchable document of the owner has the same name: one that is ready, and neither
        deleted nor superseded. Names are compared by ``mara.documents.model.namesakes``.
        """


class Analyses(Protocol):
    """The repository of document analyses; a document has at most one."""

    def find(self, owner_id: UUID, document_id: UUID) -> "Analysis | None":
        """Return the analysis of a document, or ``None`` if none was requested."""

    def save(self, analysis: "Analysis") -> None:
        """Insert the analysis of its document, or replace it.

        Raises DocumentNotFound if the document has an analysis of another owner.
        """
