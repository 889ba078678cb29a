"""Posts that a chat did not get: they go to the chat for escalations, else to their owner."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.alerts.messages import AlertUndelivered, PostAlerts
from mara.alerts.model.alert_message import (
    WAYS_LOCK,
    AlertMessage,
    AlertTarget,
    PostWay,
)
from mara.alerts.ports.messages import AlertMessages, OwnerChats
from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.messages import Publish
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.telegram.ports.outgoing import OutgoingMessages


@dataclass(frozen=True, slots=True)
class LostPosts:
    """Takes posts back that Telegram did not take."""

    messages: AlertMessages
    copies: "EscalatedCopies"
    chats: OwnerChats
    lock_count: CountLock
    publish: Publish
    now: Clock

    def take_back(self, messages: Sequence[OutgoingMessage]) -> None:
        """Let the posts of messages that were given up go another way, and tell their owners.

        In the caller's transaction; no effect for messages that show no posts. An edit that was
        given up changes nothing: its alerts were posted. What a person passed on is queued at once
        for the chat after the one that refused it; its own row keeps the words of Telegram.
        """
        posted = [message for message in messages if message.edits is None]
        for owner_id in sorted({message.owner_id for message in posted}):
            given_up = {one.id: one for one in posted if one.owner_id == owner_id}
            self._reroute_copies(owner_id, given_up)
            lost = self.messages.lost(owner_id, given_up, self.now())
            if lost:
                self.publish(PostAlerts(owner_id=owner_id))
            for message_id in sorted(lost):
                self.publish(undelivered_by(given_up[message_id]))

    def _reroute_copies(self, owner_id: UUID, given_up: Mapping[UUID, OutgoingMessage]) -> None:
        if not any(one.priority is Priority.ALERT for one in given_up.values()):
            return
        self.lock_count(owner_id, WAYS_LOCK)
        # It locks the posts of all of them at once, so that they are locked in one order.
        for copied in self.messages.lock_copied(owner_id, given_up):
            if copied.escalation_message_id is not None:
                given = given_up[copied.escalation_message_id]
                self.copies.reroute(copied, given, self.chats)


@dataclass(frozen=True, slots=True)
class BotRemoval:
    """Lets posts go another way that wait for a bot which is about to be deleted."""

    unsent: Callable[[UUID, UUID], Sequence[AlertMessage]]
    """Returns the posts of a bot (owner, config) that no chat has, locked."""
    messages: AlertMessages
    chats: OwnerChats
    copies: "UnsentCopies"
    lock_count: CountLock
    publish: Publish
    now: Clock

    def move_posts(self, owner_id: UUID, config_id: UUID) -> None:
        """Move them in the caller's transaction, and tell their owner of each chat.

        No other worker names the bot from then on: what it named would be deleted with the bot.
        """
        self.lock_count(owner_id, WAYS_LOCK)
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
    """Sends what people passed on to the owner, where its chat did not get it."""

    messages: AlertMessages
    queue_messages: Callable[[Sequence[OutgoingMessage]], None]
    publish: Publish

    def reroute(self, post: AlertMessage, copy: OutgoingMessage, chats: OwnerChats) -> None:
        """Queue it for the chat after its own, and tell the owner, in the caller's transaction.

        The new message is the copy from then on, so that it goes on from there if it is lost too.
        """
        self.publish(undelivered_by(copy))
        place = next_copy_place(post, copy, chats)
        if place is None:
            return
        way, target = place
        assert target.chat_id is not None  # noqa: S101 - chats of owners have one
        again = copy.sent_to(target.config_id, target.chat_id)
        self.queue_messages([again])
        self.messages.save(post.copied(way, again.id))


@dataclass(frozen=True, slots=True)
class UnsentCopies:
    """Sends what people passed on another way, where the bot that was to post it is deleted."""

    unsent: Callable[[UUID, UUID], Sequence[UUID]]
    """Returns the copies of a bot (owner, config) that wait."""
    messages: AlertMessages
    outgoing: OutgoingMessages
    copies: EscalatedCopies

    def move(self, owner_id: UUID, config_id: UUID, chats: OwnerChats) -> None:
        """Reroute them in the caller's transaction; ``chats`` are those of other bots."""
        for post in self.messages.lock_copied(owner_id, self.unsent(owner_id, config_id)):
            assert post.escalation_message_id is not None  # noqa: S101 - it is copied
            copy = self.outgoing.get(owner_id, post.escalation_message_id)
            if copy is not None:
                self.copies.reroute(post, copy, chats)


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

    def telegram_ids(self, owner_id: UUID) -> Collection[int]:
        """Return the Telegram accounts that are linked as the owner's."""
        return self.chats.telegram_ids(owner_id)

    def is_served(self, owner_id: UUID) -> bool:
        """Whether the owner's account is active."""
        return self.chats.is_served(owner_id)


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


def next_copy_place(
    post: AlertMessage, copy: OutgoingMessage, chats: OwnerChats
) -> tuple[PostWay, AlertTarget] | None:
    """The chat after the one of a copy: the owner's private one, the platform's bot, then none.

    The way is stored: a chat that refuses is no longer found, so that its place does not tell.
    """
    if post.escalation_way is None:
        private = chats.find(copy.owner_id, copy.config_id)
        if private is not None and private != AlertTarget(copy.config_id, copy.chat_id):
            return PostWay.PRIVATE, private
    if post.escalation_way is not PostWay.PLATFORM:
        found = chats.find_platform(copy.owner_id)
        return (PostWay.PLATFORM, found[0]) if found else None
    return None


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
