"""Queues messages for chats."""

from collections.abc import Iterable
from dataclasses import dataclass

from mara.kernel.messages import Publish
from mara.telegram.messages import MessagesWait
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.ports.outgoing import OutgoingMessages


@dataclass(frozen=True, slots=True)
class OutgoingQueue:
    """Queues messages in the caller's transaction: they are sent if and only if it commits."""

    messages: OutgoingMessages
    publish: Publish

    def queue_messages(self, messages: Iterable[OutgoingMessage]) -> None:
        """Add the messages in this order, and ring once for each bot."""
        bots = {}
        for message in messages:
            self.messages.add(message)
            bots[message.config_id] = message.owner_id
        for config_id, owner_id in bots.items():
            self.publish(MessagesWait(config_id=config_id, owner_id=owner_id))
