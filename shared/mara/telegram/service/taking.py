"""Takes messages to send them, within the budgets, while the sender of the bot is leased.

A message is marked as on its way and counted in the budgets before it is sent: a sender that dies
in between is never followed by one that sends too much, and the message is sent a second time at
most.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.messages import MessagesWait
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.outgoing import RETRY_WAITS
from mara.telegram.model.pace import Budgets
from mara.telegram.model.platform_bot import scope_of
from mara.telegram.model.sending_plan import NextOfChat, SendingPlan
from mara.telegram.ports.outgoing import BotSenders, OutgoingMessages
from mara.telegram.service.send_outcomes import Flight, SendOutcomes

LEASE: Final = timedelta(seconds=30)
"""Longer than a request takes; it is renewed whenever messages are taken."""
INTERRUPTED: Final = "The sender was interrupted too often."


@dataclass(frozen=True, slots=True)
class Taken:
    """What is sent now, and when something may be sent that may not be sent now."""

    flights: Sequence[Flight]
    look_at: datetime | None


@dataclass(frozen=True, slots=True)
class Taking:
    """The transactions of a sender before it sends, and at its end."""

    messages: OutgoingMessages
    senders: BotSenders
    outcomes: SendOutcomes
    budgets: Budgets
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def take(
        self, config: BotConfig, holder: UUID, *, limit: int, busy: Collection[int]
    ) -> Taken | None:
        """Take messages for chats that are not busy; None where the lease was lost."""
        now = self.now()
        with self.unit_of_work(scope_of(config.owner_id)):
            if not self.senders.lease(config.id, holder, now=now, until=now + LEASE):
                return None
            plan = self._plan(config.id, now, limit=limit, busy=busy)
            flights = [self._begin(config, one) for one in plan.taken]
            if plan.taken:
                self.senders.save_pace(config.id, plan.pace)
            for chat_id in {one.message.chat_id for one in plan.taken}:
                self.senders.save_chat_pace(config.id, chat_id, plan.chats[chat_id])
        return Taken([flight for flight in flights if flight], plan.look_at)

    def leave(self, config: BotConfig, holder: UUID) -> datetime | None:
        """Free the sender, and ring for what may be sent already; when something may be sent.

        The lease is freed before the look: what is added after the look rings later, and finds the
        sender free.
        """
        now = self.now()
        with self.unit_of_work(scope_of(config.owner_id)):
            self.senders.release(config.id, holder)
            plan = self._plan(config.id, now, limit=1)
            if not plan.taken:
                return plan.look_at
            self.publish(MessagesWait(config_id=config.id, owner_id=config.owner_id))
        return None

    def _plan(
        self, config_id: UUID, now: datetime, *, limit: int, busy: Collection[int] = ()
    ) -> SendingPlan:
        waiting = self.messages.list_next(config_id, now)
        chat_ids = {one.message.chat_id for one in waiting}
        chats = dict(self.senders.chat_paces(config_id, chat_ids))
        plan = SendingPlan(self.senders.pace(config_id, now), chats, self.budgets)
        plan.look_again(self.messages.next_due(config_id, now))
        plan.take(waiting, now, limit=limit, busy=busy)
        return plan

    def _begin(self, config: BotConfig, one: NextOfChat) -> Flight | None:
        begun = one.message.begun()
        self.messages.save(begun, one.message)
        flight = Flight(begun, one.edited_id, config.token_id, config.owner_id)
        if one.message.attempts > len(RETRY_WAITS):
            with following(begun.correlation_id):
                self.outcomes.give_up(flight, INTERRUPTED)
            return None
        return flight
