"""Uploads: the two ways in which a file is sent, and the result."""

from dataclasses import dataclass
from uuid import UUID

from mara.documents.model import Document


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file whose bytes are in the request; ``replaces`` is the document it is a version of."""

    filename: str
    content: bytes
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that the client will upload to the storage; ``size`` in bytes, ``sha256`` in hex.

    ``replaces`` is the document that it is a version of.
    """

    filename: str
    size: int
    sha256: str
    replaces: UUID | None = None


Upload = SentFile | AnnouncedFile


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST, multipart/form-data: all ``fields``, then the file as ``file``."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The document of an upload; ``is_new`` is False if the same file was stored before.

    ``form`` is the form to upload an ``announced`` file with, ``None`` if no upload is needed.
    """

    document: Document
    is_new: bool
    announced: bool = False
    form: UploadForm | None = None
