"""What administrators see of a subscription in a list."""

from dataclasses import dataclass

from mara.billing.model.subscription import State, Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionFilter:
    """Conditions of a list of subscriptions; None is no condition. ``plan`` is a code."""

    state: State | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionListing:
    """A subscription; ``set_aside_reason`` is why its last charge failed, if it did."""

    subscription: Subscription
    set_aside_reason: str | None
