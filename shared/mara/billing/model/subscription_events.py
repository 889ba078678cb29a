"""What happens to subscriptions. ``mara.billing.model.transitions`` tells what follows from it."""

from dataclasses import dataclass
from datetime import datetime

from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import EndReason


@dataclass(frozen=True, slots=True)
class SubscriptionEvent:
    """What happens to a subscription at a moment of billing time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StartTrial(SubscriptionEvent):
    """Subscribed with a trial, which lasts until ``until``."""

    version: PlanVersion
    until: datetime


@dataclass(frozen=True, slots=True)
class AwaitPayment(SubscriptionEvent):
    """Subscribed, or changed to another plan, without enough money."""

    version: PlanVersion


@dataclass(frozen=True, slots=True)
class StartPeriod(SubscriptionEvent):
    """A period was charged: the first one, a renewal, or the one that was overdue.

    ``anchor`` is the start of period 0 of the interval. ``charged`` is the amount.
    """

    version: PlanVersion
    anchor: datetime
    period: Period
    charged: int


@dataclass(frozen=True, slots=True)
class MissPayment(SubscriptionEvent):
    """The charge of the trial's end or of a renewal was not covered; ``version`` was to be paid."""

    version: PlanVersion


@dataclass(frozen=True, slots=True)
class ChangePlan(SubscriptionEvent):
    """Another plan from now on. ``anchor`` and ``period`` are given if a new period starts."""

    version: PlanVersion
    anchor: datetime | None = None
    period: Period | None = None
    charged: int = 0


@dataclass(frozen=True, slots=True)
class PlanNext(SubscriptionEvent):
    """Another plan from a renewal on; the present plan takes a planned change back."""

    version: PlanVersion
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MovePlan(SubscriptionEvent):
    """An administrator moves the subscription to ``version``, from the renewal at ``starts_at``."""

    version: PlanVersion
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class CancelAtEnd(SubscriptionEvent):
    """Ends with its trial or period."""


@dataclass(frozen=True, slots=True)
class Resume(SubscriptionEvent):
    """Takes a cancellation back."""


@dataclass(frozen=True, slots=True)
class LimitOverage(SubscriptionEvent):
    """Overage of a usage period costs at most ``overage_limit`` from now on, in micro-USDT."""

    overage_limit: int


@dataclass(frozen=True, slots=True)
class End(SubscriptionEvent):
    """Ends now."""

    reason: EndReason
