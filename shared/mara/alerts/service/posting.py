"""Shows the posts of alerts in chats: once, and edited when their alerts change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from mara.alerts.messages import PostAlerts
from mara.alerts.model.alert import Alert
from mara.alerts.model.alert_message import (
    LISTED,
    WAYS_LOCK,
    AlertMessage,
    PostWay,
    ShownContent,
)
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.post_message import PostMessage
from mara.alerts.model.summary import ChatPlace, PostingBot
from mara.alerts.model.vote import buttons_of, escalation_row
from mara.alerts.ports import AlertPosts
from mara.alerts.ports.messages import AlertMessages, MissedPosts, OwnerChats
from mara.alerts.service.holding import PostHolding
from mara.alerts.service.lost_posts import next_way, undelivered
from mara.alerts.service.rendering import rendered
from mara.alerts.service.summaries import SummaryPosting
from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.count_lock import CountLock, WorkLock
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotConfigNotFound
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import Button, OutgoingMessage, Priority
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.outgoing import OutgoingMessages

WORKS_FOR: Final = timedelta(seconds=20)
SHOWN_SOON: Final = timedelta(seconds=15)
"""It rings for what is due so soon; the schedule rings for what is due later."""

GATHERED_FOR: Final = timedelta(seconds=1)
"""The posts of a lost digest are taken back one by one; the next digest begins after the last."""


class _Step(Enum):
    SHOWN = "shown"
    NOTHING_DUE = "nothing due"
    BUSY = "another worker is at it"


@dataclass(frozen=True, slots=True)
class AlertPostingService:
    """Queues the messages of an owner's posts; one transaction for each."""

    messages: AlertMessages
    posts: AlertPosts
    configs: BotConfigs
    outgoing: OutgoingMessages
    queue_messages: Callable[[Sequence[OutgoingMessage]], None]
    """Adds them to the caller's transaction."""
    ring_later: Callable[[PostAlerts, timedelta], None]
    """Rings outside of a transaction; a doorbell that is lost is the schedule's to repeat."""
    summaries: SummaryPosting
    holding: PostHolding
    owner_chats: OwnerChats
    missed: MissedPosts
    publish: Publish
    take_work: WorkLock
    lock_count: CountLock
    unit_of_work: UnitOfWork
    now: Clock

    def show_due(self, owner_id: UUID) -> int:
        """Queue what is due, the most severe first; return how many messages were looked at.

        It rings again for what is due soon, and for what it had no time for. It ends where another
        worker is at it: a worker that waited would keep a place that other owners' alerts need.
        """
        ends_at, worked = self.now() + WORKS_FOR, 0
        while self.now() < ends_at:
            step = self._show_next(owner_id)
            if step is _Step.BUSY:
                # That worker looks once more when it is done: what is due now is not lost.
                return worked
            if step is _Step.NOTHING_DUE:
                break
            worked += 1
        at = self.now()
        with self.unit_of_work(owner_id):
            rings_at = self.messages.take_bell(owner_id, at, at + SHOWN_SOON)
        if rings_at is not None:
            wait = max(rings_at - at, timedelta(0))
            self.ring_later(PostAlerts(owner_id=owner_id), wait)
        return worked

    def _show_next(self, owner_id: UUID) -> _Step:
        with self.unit_of_work(owner_id):
            if not self.take_work(owner_id, "alert_posting"):
                return _Step.BUSY
            # Held posts become a digest, or a summary, once.
            self.lock_count(owner_id, "alert_messages")
            self.lock_count(owner_id, WAYS_LOCK)
            message = self.messages.claim(owner_id, self.now())
            if message is None:
                return _Step.NOTHING_DUE
            self._show(message)
        return _Step.SHOWN

    def _show(self, message: AlertMessage) -> None:
        """Queue what the message says now; end it if there is no place for it.

        A deactivated account shows nothing, and nothing later of what came meanwhile.
        """
        if not self.owner_chats.is_served(message.owner_id):
            self.messages.save(message.ended())
            return
        bot = self._bot(message)
        located = replace(message, target=bot.located(message.target)) if bot else message
        if message.shown is ShownContent.LOST:
            self._remember(located)
            after = next_way(message, self.owner_chats, self.now())
            if after.due_at is not None and self._was_digest(message):
                after = after.held(self.now() + GATHERED_FOR)
            self.messages.save(after)
            return
        found = self.messages.alerts_of(message.owner_id, message.post_id)
        if not found and not message.is_shown_alone:
            self.messages.save(message.ended())
            return
        if bot is None or located.target.chat_id is None:
            # There is no chat to lose it: it goes the way of a post that a chat did not get.
            self.publish(undelivered(message))
            self.messages.save(next_way(message, self.owner_chats, self.now()))
            return
        (post,) = self.posts.of_episodes(message.owner_id, [message.post_id])
        place = ChatPlace.of(bot, located.target)
        with following(post.correlation_id):
            if not self._is_shared(message, post, place, bot.language):
                self.messages.save(self._queued(located, post, found, bot.language))

    def _was_digest(self, lost: AlertMessage) -> bool:
        """Whether the message that was given up is a digest: the next chat gets one too."""
        if lost.message_id is None:
            return False
        given_up = self.outgoing.get(lost.owner_id, lost.message_id)
        return given_up is not None and given_up.priority is Priority.DIGEST

    def _remember(self, lost: AlertMessage) -> None:
        """Remember what the chat missed, if it is still known which one that is."""
        target, at = lost.target, self.now()
        if target.chat_id is not None and lost.way is not PostWay.PLATFORM:
            ids = (lost.post_id, lost.owner_id, target.config_id)
            self.missed.add(MissedPost(*ids, target.chat_id, target.thread_id, at))

    def _is_shared(
        self, message: AlertMessage, post: AlertPost, place: ChatPlace, language: BotLanguage
    ) -> bool:
        """Hold it back, or list it with others, where that is its way; whether it is."""
        at = self.now()
        held_until = self.holding.until(message, post, place, at)
        if held_until is not None:
            self.messages.save(message.held(held_until))
        elif message.shown is ShownContent.HELD:
            self.summaries.post_digest(message, place, language, at)
        elif message.shown in LISTED:
            self.summaries.edit(message, place, language, at)
        elif message.shown is ShownContent.NOTHING and self.summaries.is_storm(place, post):
            self.summaries.list_storm((message, post.severity), place, language, at)
        else:
            return False
        return True

    def _bot(self, message: AlertMessage) -> PostingBot | None:
        if message.way is PostWay.PLATFORM:
            found = self.owner_chats.find_platform(message.owner_id)
            if found is None or found[0] != message.target:
                return None
            return PostingBot(message.owner_id, message.target.config_id, found[1])
        try:
            return PostingBot.of(self.configs.get(message.owner_id, message.target.config_id))
        except BotConfigNotFound:
            return None

    def _queued(
        self,
        located: AlertMessage,
        post: AlertPost,
        found: Sequence[tuple[Alert, bool]],
        language: BotLanguage,
    ) -> AlertMessage:
        left_out = self.messages.left_out(post)
        text = rendered(post, found, language, self.now(), left_out=left_out)
        message_id = located.message_id or new_id()
        queued = self._outgoing(located, post, text, message_id)
        buttons: tuple[tuple[Button, ...], ...] = ()
        if text.has_answer:
            counts = self.messages.votes(post.owner_id, post.id)
            buttons = buttons_of(post.id, counts, language)
        if located.can_escalate and found:
            is_done = located.escalated_at is not None
            buttons = (*buttons, escalation_row(post.id, language, is_done=is_done))
        queued[0] = replace(queued[0], buttons=buttons)
        self.queue_messages(queued)
        return located.showing(text.shown, message_id)

    def _outgoing(
        self, message: AlertMessage, post: AlertPost, text: PostMessage, message_id: UUID
    ) -> list[OutgoingMessage]:
        target = message.target
        assert target.chat_id is not None  # noqa: S101 - checked by the caller
        whole = OutgoingMessage(
            id=message_id,
            config_id=target.config_id,
            owner_id=message.owner_id,
            chat_id=target.chat_id,
            priority=Priority.ALERT,
            parts=(text.first, *text.others),
            due_at=self.now(),
            thread_id=target.thread_id,
            file=text.file,
            caused_at=post.created_at if message.is_prompt else None,
        )
        if message.message_id is None:
            before = self._before(post)
            is_here = before is not None and before.chat_id == whole.chat_id
            return [replace(whole, reply_to=self._place_of(before if is_here else None))]
        edit = replace(whole, id=new_id(), parts=(text.first,), file=None, edits=message_id)
        if message.shown is ShownContent.WHOLE or (not text.others and not text.file):
            return [edit]
        # The answer came after the alerts were shown: what has no room there follows.
        reply_to = self._place_of(self.outgoing.get(message.owner_id, message_id))
        rest = replace(whole, id=new_id(), parts=text.others, reply_to=reply_to)
        return [edit, rest]

    def _before(self, post: AlertPost) -> OutgoingMessage | None:
        """The message of the same question before this post, in whichever chat."""
        before = self.messages.message_before(post)
        return self.outgoing.get(post.owner_id, before) if before else None

    @staticmethod
    def _place_of(message: OutgoingMessage | None) -> int | None:
        return message.telegram_ids[0] if message and message.telegram_ids else None
