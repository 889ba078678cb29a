"""Messages of the telegram domain on queues."""

from uuid import UUID

from mara.kernel.messages import Event, Message


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


class BotChatPending(Event):
    """A bot was added to a chat, but not by its owner, who is to decide whether it answers."""

    config_id: UUID
    owner_id: UUID
    chat_id: int
