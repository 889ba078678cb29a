"""A subscription and its states."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion


class State(StrEnum):
    """``incomplete`` waits for its first payment, ``past_due`` for a later one."""

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    ENDED = "ended"


class EndReason(StrEnum):
    """``expired``: never paid. ``unpaid``: the grace is over. ``closed``: the account is."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNPAID = "unpaid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription; ``changed_at`` is the time of its last event, number ``events``.

    ``period`` is the trial or the last paid period, number ``period_number`` from the anchor; both
    are None while nothing was paid. ``next_version`` replaces the plan from the first renewal at or
    after ``next_from``. ``ever_paid`` is whether any money was charged.
    """

    id: UUID
    owner_id: UUID
    state: State
    version: PlanVersion
    changed_at: datetime
    events: int = 1
    anchor: datetime | None = None
    period: Period | None = None
    next_version: PlanVersion | None = None
    next_from: datetime | None = None
    cancel_at: datetime | None = None
    ever_paid: bool = False
    overage_limit: int = 0
    end_reason: EndReason | None = None

    @property
    def monthly_revenue(self) -> int:
        """Its part of monthly recurring revenue, in micro-USDT."""
        counts = self.state is State.ACTIVE or (self.state is State.PAST_DUE and self.ever_paid)
        return self.version.terms.monthly_price if counts else 0

    def version_at(self, renewal: datetime) -> PlanVersion:
        """The version that a period starting at ``renewal`` is charged for."""
        if self.next_version and (self.next_from is None or self.next_from <= renewal):
            return self.next_version
        return self.version
