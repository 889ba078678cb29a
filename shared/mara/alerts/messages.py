"""Messages of the alerts domain on queues."""

from uuid import UUID

from mara.kernel.messages import Message


class PostAlerts(Message):
    """Show the posts of an owner's alerts in chats, or edit them."""

    owner_id: UUID


class AnswerAlerts(Message):
    """Ask the agents what to do about the alerts of an owner that wait for an answer."""

    owner_id: UUID
