"""Posts that a chat did not get: they go to the chat for escalations, else to their owner."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.alerts.messages import AlertUndelivered, PostAlerts
from mara.alerts.model.alert_message import AlertMessage, AlertTarget, PostWay
from mara.alerts.ports import AlertMessages, OwnerChats
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.ports.outgoing import OutgoingMessages


@dataclass(frozen=True, slots=True)
class LostPosts:
    """Takes posts back that Telegram did not take."""

    messages: AlertMessages
    publish: Publish
    now: Clock

    def take_back(self, messages: Sequence[OutgoingMessage]) -> None:
        """Let the posts of messages that were given up go another way, and tell their owners.

        In the caller's transaction; no effect for messages that show no posts. An edit that was
        given up changes nothing: its alerts were posted.
        """
        posted = [message for message in messages if message.edits is None]
        for owner_id in sorted({message.owner_id for message in posted}):
            given_up = {one.id: one for one in posted if one.owner_id == owner_id}
            lost = self.messages.lost(owner_id, given_up, self.now())
            if lost:
                self.publish(PostAlerts(owner_id=owner_id))
            for message_id in sorted(lost):
                self.publish(undelivered_by(given_up[message_id]))


@dataclass(frozen=True, slots=True)
class BotRemoval:
    """Lets posts go another way that wait for a bot which is about to be deleted."""

    unsent: Callable[[UUID, UUID], Sequence[AlertMessage]]
    """Returns the posts of a bot (owner, config) that no chat has, locked."""
    messages: AlertMessages
    chats: OwnerChats
    copies: "EscalatedCopies"
    publish: Publish
    now: Clock

    def move_posts(self, owner_id: UUID, config_id: UUID) -> None:
        """Move them in the caller's transaction, and tell their owner of each chat."""
        chats = OtherChats(self.chats, config_id)
        moved = False
        for message in self.unsent(owner_id, config_id):
            self.publish(undelivered(message))
            after = next_way(message, chats, self.now())
            if after.target.config_id == config_id:
                # The chat for escalations is of the same bot.
                after = next_way(after, chats, self.now())
            if after.target.config_id != config_id:
                self.messages.save(after)
                moved = True
        if moved:
            self.publish(PostAlerts(owner_id=owner_id))
        self.copies.move(owner_id, config_id, chats)


@dataclass(frozen=True, slots=True)
class EscalatedCopies:
    """Sends what people passed on to the owner, where the bot that was to post it is deleted."""

    unsent: Callable[[UUID, UUID], Sequence[UUID]]
    """Returns the copies of a bot (owner, config) that wait."""
    outgoing: OutgoingMessages
    queue_messages: Callable[[Sequence[OutgoingMessage]], None]
    publish: Publish

    def move(self, owner_id: UUID, config_id: UUID, chats: OwnerChats) -> None:
        """Queue them for the owner's private chat, and tell the owner, in one transaction."""
        platform = chats.find_platform(owner_id)
        target = chats.find(owner_id, config_id) or (platform[0] if platform else None)
        for message_id in self.unsent(owner_id, config_id):
            message = self.outgoing.get(owner_id, message_id)
            if message is None:
                continue
            self.publish(undelivered_by(message))
            if target is not None and target.chat_id is not None:
                self.queue_messages([message.sent_to(target.config_id, target.chat_id)])


@dataclass(frozen=True, slots=True)
class OtherChats:
    """Implements ``OwnerChats`` without those of one bot."""

    chats: OwnerChats
    removed: UUID

    def find(
        self, owner_id: UUID, config_id: UUID, *, but: UUID | None = None
    ) -> AlertTarget | None:
        """Return the owner's chat with another bot; None without any."""
        return self.chats.find(owner_id, config_id, but=but or self.removed)

    def find_platform(self, owner_id: UUID) -> tuple[AlertTarget, BotLanguage] | None:
        """Return the owner's chat with the platform's bot, which is none of the owner's."""
        return self.chats.find_platform(owner_id)


def undelivered(message: AlertMessage) -> AlertUndelivered:
    """Return what tells the owner of a post that had no chat, or lost it before it was sent."""
    return AlertUndelivered(
        config_id=message.target.config_id,
        owner_id=message.owner_id,
        chat_id=message.target.chat_id,
        message_id=message.post_id,
    )


def undelivered_by(message: OutgoingMessage) -> AlertUndelivered:
    """Return what tells the owner of a message that its chat did not get."""
    return AlertUndelivered(
        config_id=message.config_id,
        owner_id=message.owner_id,
        chat_id=message.chat_id,
        message_id=message.id,
    )


def next_way(message: AlertMessage, chats: OwnerChats, at: datetime) -> AlertMessage:
    """The message on the way after the one that failed; ended where none is left."""
    escalation = message.escalation
    if message.way is PostWay.OWN and escalation and escalation != message.target:
        return message.rerouted(PostWay.ESCALATION, escalation, at)
    if message.way in {PostWay.OWN, PostWay.ESCALATION}:
        private = chats.find(message.owner_id, message.target.config_id)
        if private is not None and private != message.target:
            return message.rerouted(PostWay.PRIVATE, private, at)
    if message.way is not PostWay.PLATFORM and (found := chats.find_platform(message.owner_id)):
        return message.rerouted(PostWay.PLATFORM, found[0], at)
    return message.ended()
