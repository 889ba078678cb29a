"""What a user may use now: which allowances hold, at which prices, up to which limit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.billing.model.charging import next_period
from mara.billing.model.periods import MICROSECOND, MONTHLY, Interval, Period, month_of
from mara.billing.model.plan import PERCENT_MAX, PlanVersion
from mara.billing.model.subscription import State, Subscription

RUNNING: Final = (State.TRIALING, State.ACTIVE)


@dataclass(frozen=True, slots=True)
class Holder:
    """A user with everything that an entitlement is derived from.

    ``now`` is the user's billing time. ``paid_version`` is the version of the last paid period,
    ``unpaid_start`` the start of the period of the open invoice, and ``is_covered`` whether
    deposits in flight cover that invoice; all three are for ``past_due`` only. ``is_active`` is
    False for a deactivated account.
    """

    owner_id: UUID
    now: datetime
    created_at: datetime
    default: PlanVersion
    subscription: Subscription | None = None
    paid_version: PlanVersion | None = None
    unpaid_start: datetime | None = None
    is_covered: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """The allowances of one usage period, of which ``percent`` may be used.

    ``is_unpaid`` is whether the period has not been charged yet. ``bounded_by`` is the version that
    was paid last: a plan that is not paid yet gives no more than that one. ``subscription_id`` is
    None for the default plan.
    """

    subscription_id: UUID | None
    period: Period
    version: PlanVersion
    percent: int = PERCENT_MAX
    is_unpaid: bool = False
    bounded_by: PlanVersion | None = None

    @property
    def is_free(self) -> bool:
        """Whether it is of a subscription that costs nothing."""
        return self.subscription_id is not None and self.version.terms.is_free


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What holds for a user now. ``sources`` are used in their order.

    ``version`` has the prices, levels and features. ``overage_limit`` is the most that overage may
    cost in the usage period, in micro-USDT. ``state`` is None for the default plan.
    """

    version: PlanVersion
    sources: tuple[Source, ...]
    overage_limit: int = 0
    state: State | None = None


def renewal_is_due(holder: Holder) -> bool:
    """Whether the trial or period is over, and the charge of the next one was not tried yet."""
    subscription = holder.subscription
    if subscription is None or subscription.period is None:
        return False
    return subscription.state in RUNNING and holder.now >= subscription.period.end


def entitlement_of(holder: Holder) -> Entitlement:
    """What holds for the user: the subscription's plan, or the default plan without one."""
    subscription = holder.subscription
    if subscription is None or subscription.period is None or _has_ended(subscription, holder.now):
        since_creation = MONTHLY.period_at(holder.created_at, max(holder.now, holder.created_at))
        return Entitlement(holder.default, (Source(None, since_creation, holder.default),))
    if subscription.state is State.PAST_DUE:
        return _overdue(holder, subscription)
    source = _running(subscription, holder.now)
    return Entitlement(
        source.version, (source,), subscription.overage_limit, state=subscription.state
    )


def usage_period_of(subscription: Subscription, at: datetime) -> Period:
    """The usage period of the subscription's present period that contains ``at``.

    A moment outside the period counts as its start or its end. Months of a period that is not on
    the grid of the anchor, such as a trial, start with the period.
    """
    return _usage_period(subscription, subscription.version, at)


def _usage_period(subscription: Subscription, version: PlanVersion, at: datetime) -> Period:
    period, anchor = subscription.period, subscription.anchor
    if period is None:
        raise AssertionError("a subscription that was never paid has no usage period")
    within = min(max(at, period.start), period.end - MICROSECOND)
    interval = version.terms.interval
    if anchor is not None and interval.period_at(anchor, period.start) == period:
        return interval.usage_period_at(anchor, within)
    return month_of(period, within)


def _has_ended(subscription: Subscription, now: datetime) -> bool:
    is_cancelled = subscription.cancel_at is not None and subscription.cancel_at <= now
    return is_cancelled or subscription.state in (State.INCOMPLETE, State.ENDED)


def _running(subscription: Subscription, now: datetime) -> Source:
    """The usage period that contains ``now``; a renewal may wait for holds or be set aside."""
    period = subscription.period
    if period is None or now < period.end:
        used = usage_period_of(subscription, now)
        return Source(subscription.id, used, subscription.version)
    version = subscription.version_at(period.end)
    anchor, _ = next_period(subscription, version)
    used = version.terms.interval.usage_period_at(anchor, now)
    return Source(subscription.id, used, version, is_unpaid=True)


def _overdue(holder: Holder, subscription: Subscription) -> Entitlement:
    """What is left of the last paid usage period, then a part of the one to be paid."""
    period = subscription.period
    if period is None or holder.unpaid_start is None:
        raise AssertionError("an overdue subscription has a period and an open invoice")
    version = subscription.version
    paid = holder.paid_version or version
    last = Source(subscription.id, _usage_period(subscription, paid, period.end), paid)
    unpaid = Source(
        subscription.id,
        _unpaid_usage_period(subscription, holder.unpaid_start, version.terms.interval),
        version,
        PERCENT_MAX if holder.is_covered else version.terms.grace_percent,
        is_unpaid=True,
        bounded_by=None if holder.is_covered else paid,
    )
    return Entitlement(paid, (last, unpaid), state=State.PAST_DUE)


def _unpaid_usage_period(subscription: Subscription, start: datetime, interval: Interval) -> Period:
    return interval.usage_period_at(interval.anchor_for(start, subscription.anchor), start)
