"""Sends the messages that wait for a bot: one sender at a time, to up to eight chats at once.

Where the sender must wait it frees its lease and rings itself later.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.metrics.model.families import ALERT_SECONDS, SENDS
from mara.metrics.service import recorder
from mara.telegram.messages import MessagesWait
from mara.telegram.model.bot_config import BotConfig, BotState
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT, scope_of
from mara.telegram.model.sending import SendOutcome, SendResult, request_for
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.outgoing import BotSenders
from mara.telegram.ports.sending import MessageSender, SendSession
from mara.telegram.service.send_outcomes import Flight, SendOutcomes
from mara.telegram.service.taking import LEASE, Taking
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

WORK_FOR: Final = timedelta(seconds=20)
"""No message is taken after that."""
CHATS_AT_ONCE: Final = 8
WAIT_MAX: Final = timedelta(seconds=1)
"""For what may be sent so soon the sender waits."""
DELAY_MAX: Final = timedelta(seconds=900)
"""SQS delays no message for longer; the schedule rings for what is due later."""

Futures = Collection[Future[SendOutcome]]
RingLater = Callable[[MessagesWait, timedelta], None]


@dataclass(slots=True)
class _Work:
    """A sender at work."""

    config: BotConfig
    holder: UUID
    until: datetime
    answered: int = 0
    may_take: bool = True
    is_revoked: bool = False
    flights: dict[Future[SendOutcome], Flight] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendingService:
    """Works through the messages of one bot; those of the platform's bot have many owners."""

    taking: Taking
    outcomes: SendOutcomes
    senders: BotSenders
    configs: BotConfigs
    tokens: SecretStore
    sender: MessageSender
    ring_later: RingLater
    """Sends the doorbell to its queue with a delay; one that is lost is rung by the schedule."""
    unit_of_work: UnitOfWork
    now: Clock
    record: Callable[[OutgoingMessage, SendOutcome], None]
    """Logs what came of a request."""
    wait: Callable[[Futures, float], Futures]
    """Waits until one is done, for so many seconds at most; those that are done."""

    def send(self, config_id: UUID, owner_id: UUID) -> int:
        """Send what may be sent now and soon; return how many requests were answered.

        None are sent where another sender is at work, the token is revoked, the account is
        deactivated, or the bot was disconnected. Raises KeysUnavailable.
        """
        now, holder = self.now(), new_id()
        with self.unit_of_work(SYSTEM):
            config = self.configs.find(config_id)
            if config is None or config.owner_id not in {owner_id, PLATFORM_ACCOUNT}:
                return 0
            sealed = self.tokens.get(config.token_id)
            if sealed is None or config.state is BotState.REVOKED or not config.is_served:
                return 0
            if not self.senders.lease(config_id, holder, now=now, until=now + LEASE):
                return 0
        work = _Work(config, holder, now + WORK_FOR)
        try:
            self._run(work, sealed)
        except BaseException:
            # No ring: what failed would fail again at once. The queue repeats the doorbell.
            with self.unit_of_work(scope_of(config.owner_id)):
                self.senders.release(config_id, holder)
            raise
        look_at = self.taking.leave(config, holder)
        if look_at is not None and not work.is_revoked:
            self._ring(config, look_at - self.now())
        return work.answered

    def _run(self, work: _Work, sealed: ConnectionSecret) -> None:
        with self.tokens.open(sealed) as token, self.sender.open(token) as session:
            while True:
                look_at = self._take(work, session)
                wait = WAIT_MAX if look_at is None else look_at - self.now()
                if not work.flights and (look_at is None or wait > WAIT_MAX):
                    return
                seconds = min(max(wait, timedelta(0)), WAIT_MAX).total_seconds()
                for done in self.wait(list(work.flights), seconds):
                    self._land(work, done)

    def _take(self, work: _Work, session: SendSession) -> datetime | None:
        """Take messages and send them; return when the next may be taken."""
        work.may_take &= self.now() < work.until
        free = CHATS_AT_ONCE - len(work.flights)
        if not work.may_take or not free:
            return None
        busy = {flight.message.chat_id for flight in work.flights.values()}
        taken = self.taking.take(work.config, work.holder, limit=free, busy=busy)
        if taken is None:
            work.may_take = False
            return None
        for flight in taken.flights:
            future = session.submit(request_for(flight.message, flight.edited_id))
            work.flights[future] = flight
        return taken.look_at

    def _land(self, work: _Work, done: Future[SendOutcome]) -> None:
        flight, outcome = work.flights.pop(done), done.result()
        with following(flight.message.correlation_id):
            self.outcomes.store(flight, outcome)
            self.record(flight.message, outcome)
        recorder().count(SENDS, outcome.kind)
        since = flight.message.caused_at
        is_first = not (flight.message.telegram_ids or flight.message.edits)
        if outcome.kind is SendResult.SENT and is_first and since is not None:
            recorder().observe(ALERT_SECONDS, (self.now() - since).total_seconds())
        work.answered += 1
        if outcome.kind is SendResult.REVOKED:
            work.may_take, work.is_revoked = False, True

    def _ring(self, config: BotConfig, delay: timedelta) -> None:
        if delay <= DELAY_MAX:
            message = MessagesWait(config_id=config.id, owner_id=config.owner_id)
            self.ring_later(message, max(delay, timedelta(0)))
