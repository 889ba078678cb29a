"""Requests and responses of the routes of documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.documents.model import Document, DocumentState
from mara.documents.model.uploads import UploadForm
from mara.documents.service.formats import CONTRACTS
from mara.documents.service.library import DOWNLOAD_LIFETIME
from mara.kernel.page import decode_cursor, encode_cursor
from mara.search.model import Chunk
from mara.search.schemas import PlaceOut

ORDINAL_MAX = 2**31 - 1
"""The maximum of PostgreSQL's ``integer``, the type of a passage's ordinal."""


class UploadIn(BaseModel):
    """A file that the client will upload to the storage, with the form in the response.

    ``size`` is in bytes, ``sha256`` in hex. The agent ``agent_id`` will answer from the document.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"filename": "runbooks.pdf", "size": 20481337, "sha256": "0" * 64}]
        },
    )

    filename: str = Field(min_length=1, max_length=1024)
    size: int = Field(ge=0)
    sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]
    media_type: str | None = Field(default=None, max_length=255)
    agent_id: UUID | None = None


class FailureOut(BaseModel):
    """Why a document cannot be read."""

    code: str
    detail: str


class ContractOut(BaseModel):
    """What is read from files of this format, and what is dropped."""

    read: list[str]
    dropped: list[str]


class DocumentOut(BaseModel):
    """One version of a file; ``size`` is in bytes, ``pages`` counts the sheets of a workbook."""

    id: UUID
    filename: str
    media_type: str
    size: int
    sha256: str
    version: int
    state: DocumentState
    failure: FailureOut | None
    pages: int | None
    chunks: int | None
    language: str | None
    contract: ContractOut
    superseded: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, document: Document) -> Self:
        """Build the response from the model object."""
        failure = document.failure
        contract = CONTRACTS[document.format]
        return cls(
            id=document.id,
            filename=document.filename,
            media_type=document.media_type,
            size=document.size,
            sha256=document.sha256,
            version=document.version,
            state=document.state,
            failure=FailureOut(code=failure.code, detail=failure.detail) if failure else None,
            pages=document.pages,
            chunks=document.chunks,
            language=document.language,
            contract=ContractOut(read=list(contract.read), dropped=list(contract.dropped)),
            superseded=document.superseded_at is not None,
            created_at=document.created_at,
            updated_at=document.updated_at,
        )


class UploadFormOut(BaseModel):
    """POST the fields, then the file as ``file``, as multipart/form-data to the URL."""

    url: str
    fields: dict[str, str]


class UploadBegun(BaseModel):
    """The document, and the form to upload its file; null if the same file is stored already."""

    document: DocumentOut
    upload: UploadFormOut | None

    @classmethod
    def of(cls, document: Document, form: UploadForm | None) -> Self:
        """Build the response from the model objects."""
        shown: Any = UploadFormOut(url=form.url, fields=form.fields) if form else None
        return cls(document=DocumentOut.of(document), upload=shown)


class ChunkOut(BaseModel):
    """A passage of a document; ``ordinal`` is its position in the document, from 0."""

    chunk_id: UUID
    ordinal: int
    text: str
    place: PlaceOut

    @classmethod
    def of(cls, chunk: Chunk) -> Self:
        """Build the response from the model object."""
        return cls(
            chunk_id=chunk.id,
            ordinal=chunk.ordinal,
            text=chunk.text,
            place=PlaceOut.of(chunk.place),
        )


class ContentOut(BaseModel):
    """Where to download the file; ``url`` is valid for ``expires_in`` seconds."""

    url: str
    expires_in: int

    @classmethod
    def of(cls, url: str) -> Self:
        """Build the response from a presigned URL."""
        return cls(url=url, expires_in=int(DOWNLOAD_LIFETIME.total_seconds()))


class ChunksOut(BaseModel):
    """A page of passages, in reading order."""

    items: list[ChunkOut]
    next_cursor: str | None

    @classmethod
    def of(cls, chunks: Sequence[Chunk], *, more: bool) -> Self:
        """Build the response from the model objects; ``more`` if there are passages after them."""
        last = encode_cursor(UUID(int=chunks[-1].ordinal)) if more else None
        return cls(items=[ChunkOut.of(chunk) for chunk in chunks], next_cursor=last)

    @staticmethod
    def ordinal_of(cursor: str | None) -> int:
        """Return the ordinal of the last passage already read, -1 if none. Raises InvalidCursor."""
        ordinal = decode_cursor(cursor).int if cursor else -1
        return min(ordinal, ORDINAL_MAX)
