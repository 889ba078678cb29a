"""Messages of the alerts domain on queues."""

from uuid import UUID

from mara.kernel.messages import Event, Message


class PostAlerts(Message):
    """Show the posts of an owner's alerts in chats, or edit them."""

    owner_id: UUID


class AnswerAlerts(Message):
    """Ask the agents what to do about the alerts of an owner that wait for an answer."""

    owner_id: UUID


class AlertUndelivered(Event):
    """A chat did not get alerts: they go to the chat for escalations, or to the owner.

    Without a chat to be posted in ``chat_id`` is None. ``message_id`` is that of the message, or of
    the post that never got one.
    """

    config_id: UUID
    owner_id: UUID
    chat_id: int | None
    message_id: UUID


class IntakeRefused(Event):
    """An intake refused a delivery; ``code`` is that of the problem."""

    intake_id: UUID
    owner_id: UUID
    code: str
