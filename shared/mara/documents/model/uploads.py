"""Uploads: the two ways in which a file arrives, and what came of one."""

from dataclasses import dataclass

from mara.documents.model import Document


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file whose bytes came with the request."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that the client will send to the storage itself; ``size`` in bytes, ``sha256`` hex."""

    filename: str
    size: int
    sha256: str


Upload = SentFile | AnnouncedFile


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: ``fields`` first, then the file as ``file``."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The document of an upload; ``is_new`` is False where the same file was stored before.

    ``form`` is where an announced file must be sent, ``None`` where nothing is to be sent.
    """

    document: Document
    is_new: bool
    announced: bool = False
    form: UploadForm | None = None
