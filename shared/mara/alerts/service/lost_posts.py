"""Posts that a chat did not get: they go to the chat for escalations, else to their owner."""

from dataclasses import dataclass
from datetime import datetime

from mara.alerts.messages import AlertUndelivered, PostAlerts
from mara.alerts.model.alert_message import AlertMessage, PostWay
from mara.alerts.ports import AlertMessages, OwnerChats
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.telegram.model.outgoing import OutgoingMessage


@dataclass(frozen=True, slots=True)
class LostPosts:
    """Takes posts back that Telegram did not take."""

    messages: AlertMessages
    publish: Publish
    now: Clock

    def take_back(self, message: OutgoingMessage) -> None:
        """Let the posts of a message that was given up go another way, and tell their owner.

        In the caller's transaction; no effect for messages that show no posts. An edit that was
        given up changes nothing: its alerts were posted.
        """
        if message.edits is not None:
            return
        if not self.messages.lost(message.owner_id, message.id, self.now()):
            return
        self.publish(PostAlerts(owner_id=message.owner_id))
        self.publish(
            AlertUndelivered(
                config_id=message.config_id,
                owner_id=message.owner_id,
                chat_id=message.chat_id,
                message_id=message.id,
            )
        )


def next_way(message: AlertMessage, chats: OwnerChats, at: datetime) -> AlertMessage:
    """The message on the way after the one that failed; ended where none is left."""
    escalation = message.escalation
    if message.way is PostWay.OWN and escalation and escalation != message.target:
        return message.rerouted(PostWay.ESCALATION, escalation, at)
    if message.way is PostWay.PRIVATE:
        return message.ended()
    private = chats.find(message.owner_id, message.target.config_id)
    if private is None or private == message.target:
        return message.ended()
    return message.rerouted(PostWay.PRIVATE, private, at)
