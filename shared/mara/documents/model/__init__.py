"""Documents: their state, their versions, and what is read from each format."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.extraction.model import Format

SIZE_MAX = 100 * 1024 * 1024
"""Bytes of one uploaded file."""


class DocumentState(StrEnum):
    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document cannot be read: a stable code and a sentence for its owner."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What is read from a format, and what is dropped: shown to the owner of each document."""

    read: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    id: UUID
    owner_id: UUID
    filename: str
    format: Format
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    """Hex, lower case."""
    version: int
    state: DocumentState
    created_at: datetime
    updated_at: datetime
    failure: Failure | None = None
    pages: int | None = None
    chunks: int | None = None
    language: str | None = None
    attempts: int = 0
    """How often a worker has taken it; the number also tells whose claim is the present one."""
    lease_until: datetime | None = None
    """While ``processing``: when the worker that holds it is given up for dead."""
    deleted_at: datetime | None = None
    superseded_at: datetime | None = None
    """When a newer version of the same file became ready: this one answers no more."""

    @property
    def object_key(self) -> str:
        """Where the verified bytes lie."""
        return f"objects/{self.owner_id}/{self.id}"

    @property
    def incoming_key(self) -> str:
        """Where a client puts bytes that nobody has verified yet."""
        return f"incoming/{self.owner_id}/{self.id}"
