"""Moves of subscribers to the current version of their plan."""

from datetime import datetime

from mara.billing.model.change_set import ChangeSet
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import Subscription
from mara.billing.model.subscription_events import MovePlan


def move(change_set: ChangeSet, version: PlanVersion, notice: datetime) -> datetime:
    """Plan ``version`` for the renewal that it returns. Raises SubscriptionCancelling.

    ``notice`` is when the user is told, in billing time.
    """
    starts_at = first_renewal_after(change_set.subscription, notice)
    change_set.record(MovePlan(change_set.now, version, starts_at))
    return starts_at


def first_renewal_after(subscription: Subscription, notice: datetime) -> datetime:
    """The first renewal with a whole period between ``notice`` and it."""
    if subscription.anchor is None:
        raise AssertionError("a subscription that was never paid has no renewals")
    anchor, interval = subscription.anchor, subscription.version.terms.interval
    if notice <= anchor:
        return interval.start_of(anchor, 1)
    number = interval.number_at(anchor, notice)
    is_renewal = interval.start_of(anchor, number) == notice
    return interval.start_of(anchor, number + (1 if is_renewal else 2))
