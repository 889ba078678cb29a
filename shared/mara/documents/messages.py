"""What the documents domain says on queues."""

from uuid import UUID

from mara.kernel.messages import Message


class IngestDocument(Message):
    document_id: UUID


class AcceptUpload(Message):
    """An object has arrived that a client put there with a presigned form."""

    document_id: UUID


class PurgeDocument(Message):
    document_id: UUID


class AnalyzeDocument(Message):
    """Summarize a document and extract its entities."""

    owner_id: UUID
    document_id: UUID
