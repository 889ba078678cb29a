"""Handles one update: reads it, decides, asks the agent if need be, and queues what to say.

What is decided is one transaction, which also ends the update unless the agent is asked. The agent
is asked outside of any transaction; its answer is queued in another one, which ends the update. An
answer has an id that follows from the update, so that a second try after a crash finds it, and it
is charged once.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.errors import Invalid
from mara.kernel.unit_of_work import UnitOfWork
from mara.metrics.model.families import UPDATES
from mara.metrics.service import recorder
from mara.telegram.model.bot_reply import ReplyKind
from mara.telegram.model.incoming import (
    Incoming,
    IncomingMessage,
    Membership,
    Press,
    SenderKind,
)
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT, scope_of
from mara.telegram.model.reaction import AnswerPress, Mute, Reaction, Say, Silence
from mara.telegram.model.update import (
    LANE_LEASE,
    ClaimedUpdate,
    FailedUpdate,
    UpdateState,
    reason_of,
)
from mara.telegram.ports import BotConfigs, Updates
from mara.telegram.ports.asking import ConnectedBots
from mara.telegram.ports.handling import BotReplies, UpdateReader
from mara.telegram.service.chat_memberships import ChatMemberships
from mara.telegram.service.chat_reception import ChatReception
from mara.telegram.service.chat_work import ChatWork, OutgoingText
from mara.telegram.service.message_watch import MessageWatch, RecordFailure
from mara.telegram.service.platform_reception import PlatformReception
from mara.telegram.service.presses import PressAnswering
from mara.telegram.service.typing_sign import TypingSign

TRIES_MAX: Final = 3
ASK_WITHIN: Final = timedelta(seconds=20)
"""The time of an agent for one answer; what a model has not written then consists of quotes."""


@dataclass(frozen=True, slots=True)
class UpdateHandler:
    """Handles updates of a lane that the caller has leased as ``holder``."""

    updates: Updates
    configs: BotConfigs
    reader: UpdateReader
    connected: ConnectedBots
    watch: MessageWatch
    replies: BotReplies
    reception: ChatReception
    memberships: ChatMemberships
    platform: PlatformReception
    work: ChatWork
    presses: PressAnswering
    typing: TypingSign
    unit_of_work: UnitOfWork
    now: Clock
    record: RecordFailure

    def handle(self, update: ClaimedUpdate, holder: UUID) -> bool:
        """Handle the update, or store why it failed; False where the lease is lost.

        Then nothing is stored: the one who has the lease handles it.
        """
        try:
            is_kept = self._handle(update, holder)
        except Exception as error:  # noqa: BLE001 - the lane goes on, the reason is stored
            return self._fail(update, holder, error)
        if is_kept:
            recorder().count(UPDATES, "handled")
        return is_kept

    def _handle(self, update: ClaimedUpdate, holder: UUID) -> bool:
        if update.attempts >= TRIES_MAX:
            raise EveryTryEnded
        incoming = self.reader.read(update.body)
        is_connected = self._is_connected_bot(incoming)
        is_alert = (
            isinstance(incoming, IncomingMessage)
            and not is_connected
            and self.watch.is_alert(update, incoming, partial(self._begin_watch, update, holder))
        )
        with self.unit_of_work(scope_of(update.owner_id)):
            if not self.updates.hold(update.in_lane, holder):
                return False
            is_ignored = is_connected or is_alert
            reaction = Silence() if is_ignored else self._react(update, incoming)
            if isinstance(reaction, Silence | Say):
                self._finish(update, reaction)
                return True
            self._begin(update, holder)
        if isinstance(reaction, AnswerPress):
            self.presses.answer(reaction)
            said = None
        elif isinstance(reaction, Mute):
            said = self.work.do(update, reaction, ASK_WITHIN)
        else:
            with self.typing.shown(reaction.config, reaction.message):
                said = self.work.do(update, reaction, ASK_WITHIN)
        with self.unit_of_work(scope_of(update.owner_id)):
            if not self.updates.hold(update.in_lane, holder):
                return False
            if said is not None:
                self.work.queue(update, said)
                self.replies.charged(update.config_id, update.update_id, said.price)
            self.updates.handled(update)
        return True

    def _begin_watch(self, update: ClaimedUpdate, holder: UUID) -> bool:
        with self.unit_of_work(scope_of(update.owner_id)):
            is_held = self.updates.hold(update.in_lane, holder)
            if is_held:
                self._begin(update, holder)
        return is_held

    def _begin(self, update: ClaimedUpdate, holder: UUID) -> None:
        """Count a try, in the caller's transaction: a worker that dies has used one of them.

        The lease lasts longer than an agent, or a model of meanings, may take.
        """
        self.updates.failed(self._begun(update))
        now = self.now()
        self.updates.lease(update.in_lane, holder, now=now, until=now + LANE_LEASE)

    def _is_connected_bot(self, incoming: Incoming) -> bool:
        """Whether another bot of the platform wrote: two of them would talk for ever."""
        if not isinstance(incoming, IncomingMessage) or incoming.sender is None:
            return False
        sender = incoming.sender
        return sender.kind is SenderKind.BOT and self.connected.knows(sender.id)

    def _react(self, update: ClaimedUpdate, incoming: Incoming) -> Reaction:
        config = self.configs.get(update.owner_id, update.config_id)
        is_late = isinstance(incoming, Membership) and not self._is_newest(update, incoming)
        if is_late or not config.is_served:
            return Silence()
        if config.owner_id == PLATFORM_ACCOUNT:
            return self.platform.react(config, update, incoming)
        if isinstance(incoming, Membership):
            self.memberships.store(config, incoming)
        if isinstance(incoming, IncomingMessage):
            return self.reception.react(config, update, incoming)
        if isinstance(incoming, Press):
            return AnswerPress(config, incoming, config.owner_id)
        return Silence()

    def _is_newest(self, update: ClaimedUpdate, membership: Membership) -> bool:
        """False for one that was dead, and is tried again after a later one of its chat."""
        return self.updates.is_newest_membership(update.in_lane, membership.at)

    def _finish(self, update: ClaimedUpdate, reaction: Silence | Say) -> None:
        if isinstance(reaction, Say):
            said = OutgoingText(reaction.message, reaction.text, owner_id=reaction.owner_id)
            self.work.queue(update, said)
        self.updates.handled(update)

    def _begun(self, update: ClaimedUpdate) -> FailedUpdate:
        attempts = update.attempts + 1
        reason = "worker_ended"
        return FailedUpdate(update, UpdateState.WAITING, attempts, self.now(), reason)

    def _fail(self, update: ClaimedUpdate, holder: UUID, error: Exception) -> bool:
        failed = update.failed(reason_of(error), self.now())
        if isinstance(error, Invalid):
            failed = replace(failed, state=UpdateState.DEAD, at=self.now())
        with self.unit_of_work(scope_of(update.owner_id)):
            if not self.updates.hold(update.in_lane, holder):
                return False
            self.updates.failed(failed)
            if failed.state is UpdateState.DEAD:
                self._apologize(update, error)
        recorder().count(UPDATES, "dead" if failed.state is UpdateState.DEAD else "failed")
        self.record(failed, error)
        return True

    def _apologize(self, update: ClaimedUpdate, error: Exception) -> None:
        """Answer a question that gets no answer, so that its sender does not wait for one."""
        reply = self.replies.find(update.config_id, update.update_id)
        if reply is None or reply.kind is not ReplyKind.QUESTION:
            return
        message = self.reader.read(update.body)
        if isinstance(message, IncomingMessage):
            config = self.configs.get(update.owner_id, update.config_id)
            self.work.queue(update, self.work.failure(config, message, error))


class EveryTryEnded(Exception):
    """Each try ended with its worker."""
