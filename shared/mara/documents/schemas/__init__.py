"""Requests and responses of the routes of documents."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.documents.model import Document, DocumentState, Failure, RecognizedPages, Stage
from mara.documents.model.uploads import UploadForm
from mara.documents.service.formats import CONTRACTS, check_filename, check_size
from mara.documents.service.library import DOWNLOAD_LIFETIME
from mara.extraction.model import DroppedKind
from mara.kernel.checked import checked
from mara.kernel.failure_text import FailureText, in_english
from mara.kernel.json_types import JsonInt


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

    filename: Annotated[str, Field(min_length=1, max_length=1024), checked(check_filename)] = Field(
        description="Name of the file; its extension decides how it is read.",
        examples=["runbooks.pdf"],
    )
    size: Annotated[JsonInt, Field(ge=0), checked(check_size)] = Field(
        description="Size of the file in bytes.", examples=[20481337]
    )
    sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")] = Field(
        description="SHA-256 of the file, as 64 hexadecimal digits.",
        examples=["0" * 64],
    )
    media_type: str | None = Field(
        default=None,
        max_length=255,
        description="Media type of the file. It is not used: the extension decides.",
        examples=["application/pdf"],
    )
    agent_id: UUID | None = Field(
        default=None,
        description="Agent that will answer from the document, besides its other documents; "
        "null links it to no agent.",
        examples=[None],
    )
    replaces: UUID | None = Field(
        default=None,
        description="Document that the file is a new version of. Without it, the file is a new "
        "version of one with the same name if at least 60 % of their passages are the same, else "
        "a document of its own.",
        examples=[None],
    )


class FailureOut(BaseModel):
    """Why a document cannot be read."""

    code: str = Field(description="Stable code of the reason.", examples=["encrypted"])
    detail: str = Field(
        description="The reason as a sentence, in the language of the request.",
        examples=["The file is protected with a password: save it without."],
    )

    @classmethod
    def of(cls, failure: Failure, failure_text: FailureText) -> Self:
        """Build the response from the model object."""
        return cls(code=failure.code, detail=failure_text(failure.code, failure.detail))


class ProgressOut(BaseModel):
    """How far the processing is: ``done`` of ``total`` units of the stage."""

    stage: Stage = Field(
        description="What is done now; the stages follow in this order.", examples=["embedding"]
    )
    done: int = Field(description="Units that are done.", examples=[512])
    total: int = Field(
        description="Units of this stage: files to read, texts to embed, passages to index.",
        examples=[2048],
    )


class DroppedOut(BaseModel):
    """A kind of content that is left out, and how often it was met in this document."""

    kind: DroppedKind = Field(description="What is left out.", examples=["hidden_rows"])
    count: int | None = Field(
        description="How many there are in the document; 0 if it has none. Null means that they"
        " were not looked for: until the document is read, and in a PDF so damaged that only the"
        " text of its pages can be read, without their layout.",
        examples=[3],
    )


class OcrOut(BaseModel):
    """The pages of a document whose text was recognised from pictures (OCR), with mistakes."""

    pages: int = Field(description="How many pages were recognised.", examples=[3])
    confidence: float = Field(
        description="Mean confidence of these pages, from 0 to 1.", examples=[0.91]
    )

    @classmethod
    def of(cls, ocr: RecognizedPages) -> Self:
        """Build the response from the model object."""
        return cls(pages=ocr.pages, confidence=ocr.confidence)


class ContractOut(BaseModel):
    """What is read from files of this format, and what was dropped from this document."""

    read: list[str] = Field(
        description="What is read from files of this format.",
        examples=[["text of every page, with its number"]],
    )
    dropped: list[DroppedOut] = Field(
        description="What is left out of files of this format, with the count in this document.",
        examples=[[{"kind": "pictures", "count": 2}]],
    )
    ocr: OcrOut | None = Field(
        description="Pages whose text was recognised from pictures; null if all text is in the"
        " file itself, and until the document is read.",
        examples=[None],
    )

    @classmethod
    def of(cls, document: Document) -> Self:
        """Build the response: the kinds of the format, then others that were met."""
        contract, counts = CONTRACTS[document.format], document.dropped or {}
        kinds = dict.fromkeys((*contract.dropped, *counts))
        dropped = [DroppedOut(kind=kind, count=counts.get(kind)) for kind in kinds]
        ocr = OcrOut.of(document.ocr) if document.ocr else None
        return cls(read=list(contract.read), dropped=dropped, ocr=ocr)


class DocumentOut(BaseModel):
    """One version of a file; ``size`` is in bytes, ``pages`` counts the sheets of a workbook."""

    id: UUID = Field(description="Id of the document.")
    filename: str = Field(description="Name of the file.", examples=["runbooks.pdf"])
    media_type: str = Field(
        description="Media type of the file, by its extension.", examples=["application/pdf"]
    )
    size: int = Field(description="Size of the file in bytes.", examples=[20481337])
    sha256: str = Field(
        description="SHA-256 of the file, as 64 hexadecimal digits.",
        examples=["0" * 64],
    )
    version: int = Field(
        description="Number of this version of the file. It counts from 1. Without `replaces` in "
        "the upload, it is known when the state is `ready`.",
        examples=[1],
    )
    supersedes: UUID | None = Field(
        description="Id of the version before this one, which answers no questions any more when "
        "this one is `ready`; null for a first version.",
        examples=[None],
    )
    state: DocumentState = Field(
        description="`uploading` until the file has arrived, then `queued`, `processing`, and"
        " `ready` or `failed`.",
        examples=["ready"],
    )
    failure: FailureOut | None = Field(
        description="Why the document cannot be read; null unless the state is `failed`.",
        examples=[None],
    )
    pages: int | None = Field(
        description="Number of pages, or of sheets of a workbook; null until the document is read.",
        examples=[12],
    )
    chunks: int | None = Field(
        description="Number of passages; null until the document is read.", examples=[48]
    )
    language: str | None = Field(
        description="Main language of the text as an ISO 639-1 code; null until the document "
        "is read.",
        examples=["ru"],
    )
    progress: ProgressOut | None = Field(
        description="How far the processing is; null unless the state is `processing`.",
        examples=[{"stage": "embedding", "done": 512, "total": 2048}],
    )
    contract: ContractOut = Field(
        description="What is read from files of this format, and what is left out."
    )
    superseded: bool = Field(
        description="Whether a newer version of the file has replaced this one.", examples=[False]
    )
    created_at: datetime = Field(description="When the upload was accepted.")
    updated_at: datetime = Field(description="When the state last changed.")

    @classmethod
    def of(cls, document: Document, failure_text: FailureText = in_english) -> Self:
        """Build the response from the model object; ``failure_text`` translates the failure."""
        failure, progress = document.failure, document.progress
        return cls(
            id=document.id,
            filename=document.filename,
            media_type=document.media_type,
            size=document.size,
            sha256=document.sha256,
            version=document.version,
            supersedes=document.supersedes,
            state=document.state,
            failure=FailureOut.of(failure, failure_text) if failure else None,
            pages=document.pages,
            chunks=document.chunks,
            language=document.language,
            progress=ProgressOut(**asdict(progress)) if progress else None,
            contract=ContractOut.of(document),
            superseded=document.superseded_at is not None,
            created_at=document.created_at,
            updated_at=document.updated_at,
        )


class UploadFormOut(BaseModel):
    """POST the fields, then the file in a field named "file", as multipart/form-data to the URL."""

    url: str = Field(
        description="Where to POST the form.", examples=["https://mara-documents.s3.amazonaws.com/"]
    )
    fields: dict[str, str] = Field(
        description="Fields of the form; send them unchanged, before the field `file`.",
        examples=[{"key": "incoming/0199f0a0/0199f0a1", "policy": "eyJleHBpcmF0aW9uIjoi"}],
    )


class UploadBegun(BaseModel):
    """The document, and the form to upload its file; null if the same file is stored already."""

    document: DocumentOut = Field(description="The document that was announced.")
    upload: UploadFormOut | None = Field(
        description="The form to upload the file with; null if the same file is stored already."
    )

    @classmethod
    def of(cls, document: Document, form: UploadForm | None) -> Self:
        """Build the response from the model objects."""
        shown: Any = UploadFormOut(url=form.url, fields=form.fields) if form else None
        return cls(document=DocumentOut.of(document), upload=shown)


class ContentOut(BaseModel):
    """Where to download the file; ``url`` is valid for ``expires_in`` seconds."""

    url: str = Field(
        description="Where to download the file, without further authentication.",
        examples=[
            "https://mara-documents.s3.amazonaws.com/documents/0199f0a1?X-Amz-Signature=5f5f"
        ],
    )
    expires_in: int = Field(description="Seconds for which the URL is valid.", examples=[300])

    @classmethod
    def of(cls, url: str) -> Self:
        """Build the response from a presigned URL."""
        return cls(url=url, expires_in=int(DOWNLOAD_LIFETIME.total_seconds()))
