"""What the documents domain says on queues."""

from uuid import UUID

from mara.kernel.messages import Message


class IngestDocument(Message):
    """Extract, embed and index a document."""

    document_id: UUID


class AcceptUpload(Message):
    """An object has arrived that a client put there with a presigned form."""

    document_id: UUID


class PurgeDocument(Message):
    """Delete the parts of a deleted document."""

    document_id: UUID


class AnalyzeDocument(Message):
    """Summarize a document and extract its entities."""

    owner_id: UUID
    document_id: UUID
