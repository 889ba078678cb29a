"""Ports of exports and erasures: jobs, the rows and objects of a user, and the archive."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from mara.erasure.model.data_job import DataJob, JobKind
from mara.telegram.model.silenced import Silenced
from mara.users.model import User


class DataJobs(Protocol):
    """The jobs; a user has one open job of each kind at most."""

    def add(self, job: DataJob) -> bool:
        """Insert the job; return False where the user has an open one of its kind."""

    def latest(self, owner_id: UUID, kind: JobKind) -> DataJob | None:
        """Return the newest job of the kind, None without one."""

    def claim(self, job_id: UUID, now: datetime, until: datetime) -> DataJob | None:
        """Take a job that is due, with one attempt more; others may take it after ``until``.

        Returns None where it is not due, or done.
        """

    def get(self, job_id: UUID) -> DataJob:
        """Return the job. Raises ErasureNotFound."""

    def save(self, job: DataJob) -> None:
        """Update what changes with the work, except the counts; a job that is over stays so."""

    def postpone(self, claimed: DataJob, until: datetime) -> None:
        """Make the job due at ``until``; nothing where it is over, or claimed again meanwhile.

        The work may have changed the row since it was claimed: nothing else of it is written.
        """

    def fail(self, job_id: UUID, at: datetime) -> None:
        """End the job without a result; nothing where it is over."""

    def end_exports(self, owner_id: UUID, at: datetime) -> None:
        """End the user's open exports without a result."""

    def add_count(self, job_id: UUID, kind: str, number: int) -> None:
        """Add to the count of one kind."""

    def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Return ids of jobs that are due, the longest waiting first."""

    def expired_exports(self, before: datetime, limit: int) -> Sequence[DataJob]:
        """Return exports that were finished before a time and still have a file."""


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows as JSON texts, and the key of the last one, None after the last page."""

    lines: Sequence[str]
    last: Sequence[Any] | None


class OwnedRows(Protocol):
    """The rows of one user in any table of ``RULES``, in the open transaction."""

    def page(self, owner_id: UUID, table: str, after: Sequence[Any] | None) -> RowPage:
        """Return the next rows, without the hidden columns."""

    def delete(self, owner_id: UUID, table: str) -> int:
        """Delete a batch of rows; return how many, zero when none is left."""

    def count(self, owner_id: UUID, table: str) -> int:
        """Return the number of rows."""

    def blank(self, owner_id: UUID) -> None:
        """Empty the columns that must not stay in rows that stay."""

    def in_deletion_order(self) -> Sequence[str]:
        """Return the tables to delete from: first those whose rows refer to others."""


class Writers(Protocol):
    """Transactions that began before the account was closed, and may still write for it."""

    def mark(self) -> int:
        """Return a mark that all of them are older than."""

    def are_gone(self, mark: int) -> bool:
        """Return whether all of them have ended."""


class OwnedObjects(Protocol):
    """The stored objects of one user. Every method may raise StorageUnavailable."""

    def documents(self, owner_id: UUID) -> Iterator[UUID]:
        """Return the ids of documents whose file is stored."""

    def read(self, owner_id: UUID, document_id: UUID) -> Iterator[bytes]:
        """Return the file of a document in parts; none where it is missing."""

    def delete(self, owner_id: UUID) -> int:
        """Delete all objects; return how many there were."""

    def delete_export(self, job: DataJob) -> None:
        """Delete the file of one export. Idempotent."""

    def count(self, owner_id: UUID) -> int:
        """Return the number of objects."""

    def archive(self, job: DataJob) -> AbstractContextManager["Archive"]:
        """Open the file of an export; it is stored when the block ends without an error."""

    def link(self, job: DataJob, lifetime_s: int) -> str:
        """Return a URL of the file of an export."""


class Archive(Protocol):
    """A ZIP file that is stored while it is written: it is never whole in memory."""

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Write one file, part by part."""

    @property
    def size(self) -> int:
        """The bytes that were written so far."""


class OwnedPassages(Protocol):
    """The passages of one user in a search engine other than the database."""

    def remove(self, owner_id: UUID) -> int:
        """Delete them; return how many there were. Raises SearchUnavailable."""

    def count(self, owner_id: UUID) -> int:
        """Return how many there are. Raises SearchUnavailable."""


class AccountClosing(Protocol):
    """Takes the personal data out of the account, in the open transaction of the system."""

    def close(self, user: User, at: datetime) -> int:
        """Empty the user's row, delete its API keys and counts of failed logins, and mark it.

        Returns how many keys there were.
        From the commit on, no row can be added for the account to the tables that are erased.
        """

    def with_money(self) -> int:
        """Return how many erased accounts have money, which was sent to them later."""


class AccountFiles(Protocol):
    """Files that an export contains beside rows and documents."""

    def __call__(self, owner_id: UUID) -> Iterable[tuple[str, bytes]]:
        """Return names and contents. Opens transactions of its own."""


class ForgetPerson(Protocol):
    """Deletes what the platform's bot holds of the user's linked Telegram account."""

    def __call__(self, owner_id: UUID) -> int:
        """Return the number of rows, in the open transaction; while the link is still stored."""


class SilenceBots(Protocol):
    """Removes the webhooks of the user's bots at Telegram."""

    def __call__(self, owner_id: UUID) -> Silenced:
        """Return how many were removed, and how many could not be."""
