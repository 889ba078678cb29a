"""What the agents domain says on queues."""

from uuid import UUID

from mara.kernel.messages import Message


class AnalyzeDocument(Message):
    owner_id: UUID
    document_id: UUID
