"""Messages of the agents domain on queues."""

from uuid import UUID

from mara.kernel.messages import Message


class AnswerQuestion(Message):
    """Answer a question that was asked with Prefer: respond-async."""

    owner_id: UUID
    answer_id: UUID
