"""Documents: their states, versions and failures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.extraction.model import DroppedKind, Format

SIZE_MAX = 100 * 1024 * 1024
"""The maximum size of an uploaded file, in bytes."""


class DocumentState(StrEnum):
    """The lifecycle of a document."""

    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Stage(StrEnum):
    """What a worker does with a document that is ``processing``, in this order."""

    READING = "reading"
    EMBEDDING = "embedding"
    INDEXING = "indexing"


class Disposition(StrEnum):
    """What a browser does with a file: save it, or show it if it can."""

    ATTACHMENT = "attachment"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the processing is: ``done`` of ``total`` units of the stage.

    The units are files in ``reading``, passages in ``indexing``, and texts in ``embedding``, where
    a passage is one text or several.
    """

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document cannot be read: a stable code and a sentence for its owner."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What is read from a format, and what is dropped: shown to the owner of each document."""

    read: tuple[str, ...]
    dropped: tuple[DroppedKind, ...]


@dataclass(frozen=True, slots=True)
class RecognizedPages:
    """The number of pages whose text was recognised by OCR, and their mean confidence, 0..1."""

    pages: int
    confidence: float

    @classmethod
    def of(cls, confidences: Mapping[int, float]) -> "RecognizedPages | None":
        """Summarize the confidence of each page; ``None`` without any."""
        if not confidences:
            return None
        mean = math.fsum(confidences.values()) / len(confidences)
        return cls(len(confidences), round(mean, 3))


@dataclass(frozen=True, slots=True)
class Document:
    """A file of an owner, in one version."""

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
    """Number of claims by workers; it also identifies the current claim."""
    lease_until: datetime | None = None
    """While ``processing``: when the claim expires."""
    progress: Progress | None = None
    """While ``processing``: how far it is."""
    dropped: Mapping[DroppedKind, int] | None = None
    """How often each kind of content was left out; ``None`` until the document is read."""
    ocr: RecognizedPages | None = None
    """The recognised pages; ``None`` if all text is in the file, or until the document is read."""
    deleted_at: datetime | None = None
    superseded_at: datetime | None = None
    """When a newer version of the file became ready: this one is not searchable any more."""
    supersedes: UUID | None = None
    """The version before this one; ``None`` for a first version."""
    first_version_id: UUID | None = None
    """The first version of the file; ``None`` for a first version."""

    @property
    def lineage_id(self) -> UUID:
        """What all versions of a file have in common: the id of the first one."""
        return self.first_version_id or self.id

    def as_version_after(self, previous: "Document", version: int) -> "Document":
        """Return this document as the version ``version`` of the file of ``previous``."""
        return replace(
            self,
            version=version,
            supersedes=previous.id,
            first_version_id=previous.lineage_id,
        )

    @property
    def object_key(self) -> str:
        """Object key of the verified bytes."""
        return f"objects/{self.owner_id}/{self.id}"

    @property
    def incoming_key(self) -> str:
        """Object key of a client's upload that is not verified yet."""
        return f"incoming/{self.owner_id}/{self.id}"
