"""The state table of subscriptions: ``apply`` is the only way from one state to another."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from mara.billing.errors import NotInThisState, SubscriptionCancelling
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import EndReason, State, Subscription
from mara.billing.model.subscription_events import (
    AwaitPayment,
    CancelAtEnd,
    ChangePlan,
    End,
    LimitOverage,
    MissPayment,
    MovePlan,
    PlanNext,
    Resume,
    StartPeriod,
    StartTrial,
    SubscriptionEvent,
)

Changes = dict[str, Any]
"""Fields of a subscription with their new values."""

ENDINGS: Final[Mapping[State, frozenset[EndReason]]] = {
    State.INCOMPLETE: frozenset({EndReason.CANCELLED, EndReason.EXPIRED, EndReason.CLOSED}),
    State.TRIALING: frozenset({EndReason.CANCELLED, EndReason.CLOSED}),
    State.ACTIVE: frozenset({EndReason.CANCELLED, EndReason.CLOSED}),
    State.PAST_DUE: frozenset({EndReason.CANCELLED, EndReason.UNPAID, EndReason.CLOSED}),
}
POSSIBLE: Final[Mapping[State, tuple[str, ...]]] = {
    State.INCOMPLETE: ("pay", "change", "cancel"),
    State.TRIALING: ("change", "cancel", "resume"),
    State.ACTIVE: ("change", "cancel", "resume"),
    State.PAST_DUE: ("pay", "change", "cancel"),
    State.ENDED: ("subscribe",),
}
"""What the user can do, by state."""


def begin(id_: UUID, owner_id: UUID, event: SubscriptionEvent) -> Subscription:
    """The subscription that ``event`` begins. Raises NotInThisState."""
    match event:
        case StartTrial(at, version, until):
            trial = Period(at, until)
            return Subscription(
                id_, owner_id, State.TRIALING, version, at, anchor=until, period=trial
            )
        case AwaitPayment(at, version):
            return Subscription(id_, owner_id, State.INCOMPLETE, version, at)
        case StartPeriod(at, version):
            subscription = Subscription(id_, owner_id, State.ACTIVE, version, at)
            return replace(subscription, **_start_period(subscription, event))
    raise NotInThisState("A subscription does not begin so.", possible=["subscribe"])


def apply(subscription: Subscription, event: SubscriptionEvent) -> Subscription:
    """The subscription after ``event``.

    Its time is never before that of the event before it, even if a clock was set back. Raises
    NotInThisState, SubscriptionCancelling.
    """
    transition = _TRANSITIONS.get((subscription.state, type(event)))
    if transition is None:
        raise _refusal(subscription)
    changes = transition(subscription, event)
    at = max(event.at, subscription.changed_at)
    return replace(subscription, **changes, changed_at=at, events=subscription.events + 1)


def _start_period(subscription: Subscription, event: StartPeriod) -> Changes:
    return {
        "state": State.ACTIVE,
        "version": event.version,
        "anchor": event.anchor,
        "period": event.period,
        "ever_paid": subscription.ever_paid or event.charged > 0,
        **_planned_after(subscription, event.version),
    }


def _planned_after(subscription: Subscription, taken: PlanVersion) -> Changes:
    """A planned version that was not ``taken`` stays: a move may start with a later renewal."""
    if taken != subscription.next_version:
        return {}
    return {"next_version": None, "next_from": None}


def _await_payment(_: Subscription, event: AwaitPayment) -> Changes:
    return {"version": event.version}


def _miss_payment(subscription: Subscription, event: MissPayment) -> Changes:
    planned = _planned_after(subscription, event.version)
    return {"state": State.PAST_DUE, "version": event.version, **planned}


def _change_plan(subscription: Subscription, event: ChangePlan) -> Changes:
    if subscription.cancel_at is not None:
        raise SubscriptionCancelling("Resume the subscription first.")
    return {
        "version": event.version,
        "anchor": event.anchor or subscription.anchor,
        "period": event.period or subscription.period,
        "next_version": None,
        "next_from": None,
        "ever_paid": subscription.ever_paid or event.charged > 0,
    }


def _plan_next(subscription: Subscription, event: PlanNext) -> Changes:
    if subscription.cancel_at is not None:
        raise SubscriptionCancelling("Resume the subscription first.")
    if event.version == subscription.version:
        return {"next_version": None, "next_from": None}
    return {"next_version": event.version, "next_from": event.starts_at}


def _move_plan(subscription: Subscription, event: MovePlan) -> Changes:
    if subscription.cancel_at is not None:
        raise SubscriptionCancelling("Resume the subscription first.")
    return {"next_version": event.version, "next_from": event.starts_at}


def _cancel_at_end(subscription: Subscription, _: CancelAtEnd) -> Changes:
    if subscription.cancel_at is not None or subscription.period is None:
        raise _refusal(subscription)
    return {"cancel_at": subscription.period.end, "next_version": None, "next_from": None}


def _resume(subscription: Subscription, event: Resume) -> Changes:
    if subscription.cancel_at is None or event.at >= subscription.cancel_at:
        raise _refusal(subscription)
    return {"cancel_at": None}


def _limit_overage(_: Subscription, event: LimitOverage) -> Changes:
    return {"overage_limit": event.overage_limit}


def _end(subscription: Subscription, event: End) -> Changes:
    if event.reason not in ENDINGS[subscription.state]:
        raise _refusal(subscription)
    return {
        "state": State.ENDED,
        "end_reason": event.reason,
        "next_version": None,
        "next_from": None,
    }


def _refusal(subscription: Subscription) -> NotInThisState:
    possible = list(POSSIBLE[subscription.state])
    if "resume" in possible:
        possible.remove("resume" if subscription.cancel_at is None else "cancel")
        if subscription.cancel_at is not None:
            possible.remove("change")
    return NotInThisState(
        f"The subscription is {subscription.state}. Possible: {', '.join(possible)}.",
        state=subscription.state,
        possible=possible,
    )


Transition = Callable[[Subscription, Any], Changes]
_TRANSITIONS: Final[Mapping[tuple[State, type[SubscriptionEvent]], Transition]] = {
    (State.INCOMPLETE, AwaitPayment): _await_payment,
    (State.INCOMPLETE, StartPeriod): _start_period,
    (State.INCOMPLETE, LimitOverage): _limit_overage,
    (State.INCOMPLETE, End): _end,
    (State.TRIALING, StartPeriod): _start_period,
    (State.TRIALING, MissPayment): _miss_payment,
    (State.TRIALING, ChangePlan): _change_plan,
    (State.TRIALING, CancelAtEnd): _cancel_at_end,
    (State.TRIALING, Resume): _resume,
    (State.TRIALING, MovePlan): _move_plan,
    (State.TRIALING, LimitOverage): _limit_overage,
    (State.TRIALING, End): _end,
    (State.ACTIVE, StartPeriod): _start_period,
    (State.ACTIVE, MissPayment): _miss_payment,
    (State.ACTIVE, ChangePlan): _change_plan,
    (State.ACTIVE, PlanNext): _plan_next,
    (State.ACTIVE, CancelAtEnd): _cancel_at_end,
    (State.ACTIVE, Resume): _resume,
    (State.ACTIVE, MovePlan): _move_plan,
    (State.ACTIVE, LimitOverage): _limit_overage,
    (State.ACTIVE, End): _end,
    (State.PAST_DUE, StartPeriod): _start_period,
    (State.PAST_DUE, ChangePlan): _change_plan,
    (State.PAST_DUE, MovePlan): _move_plan,
    (State.PAST_DUE, LimitOverage): _limit_overage,
    (State.PAST_DUE, End): _end,
}
"""The state table of a subscription: every event that a state allows."""
