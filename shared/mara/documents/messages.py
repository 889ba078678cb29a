"""Queue messages of the documents domain."""

from uuid import UUID

from mara.kernel.messages import Event, Message


class IngestDocument(Message):
    """Extract, embed and index a document."""

    document_id: UUID


class AcceptUpload(Message):
    """Verify an object that a client uploaded with a presigned form, then queue it."""

    document_id: UUID


class PurgeDocument(Message):
    """Delete the parts of a deleted document."""

    document_id: UUID


class AnalyzeDocument(Message):
    """Summarize a document and extract its entities."""

    owner_id: UUID
    document_id: UUID


class DocumentFailed(Event):
    """A document could not be read; its row says why."""

    document_id: UUID
    owner_id: UUID
