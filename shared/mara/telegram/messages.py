"""Messages of the telegram domain on queues."""

from uuid import UUID

from mara.kernel.messages import Event, Message
from mara.telegram.model.outgoing import OutgoingMessage


class LaneHasWork(Message):
    """Handle the updates that wait in a lane of a bot: a doorbell, which may be lost or doubled."""

    config_id: UUID
    owner_id: UUID
    lane: str

    @classmethod
    def queue(cls) -> str:
        """Return the queue of the worker of updates."""
        return "handle-updates"


class MessagesWait(Message):
    """Send the messages that wait for a bot: a doorbell, which may be lost or doubled."""

    config_id: UUID
    owner_id: UUID

    @classmethod
    def queue(cls) -> str:
        """Return the queue of the sender."""
        return "send-telegram"


class BotTokenRevoked(Event):
    """Telegram no longer knows the token of a bot."""

    config_id: UUID
    owner_id: UUID


class BotWebhookTaken(Event):
    """Another program set a webhook of a bot, or deleted that of MARA: its updates come no more."""

    config_id: UUID
    owner_id: UUID


class ChatLost(Event):
    """A bot may no longer write in a chat."""

    config_id: UUID
    owner_id: UUID
    chat_id: int


class BotChatPending(Event):
    """A bot was added to a chat, but not by its owner, who is to decide whether it answers."""

    config_id: UUID
    owner_id: UUID
    chat_id: int


class TelegramUnlinked(Event):
    """The Telegram account that is linked to a user removed the link, by the platform's bot."""

    owner_id: UUID


class TopicLost(Event):
    """A topic was closed or deleted: what was meant for it went to its chat."""

    config_id: UUID
    owner_id: UUID
    chat_id: int


class MessageUndelivered(Event):
    """A message was given up; its row says why."""

    message_id: UUID
    config_id: UUID
    owner_id: UUID
    chat_id: int

    @classmethod
    def about(cls, message: OutgoingMessage) -> "MessageUndelivered":
        """Return the event of a message."""
        return cls(
            message_id=message.id,
            config_id=message.config_id,
            owner_id=message.owner_id,
            chat_id=message.chat_id,
        )
