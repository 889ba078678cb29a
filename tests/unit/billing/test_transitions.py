"""The state table of subscriptions."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from mara.billing.errors import NotInThisState, SubscriptionCancelling
from mara.billing.model.periods import MONTHLY
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
from mara.billing.model.transitions import ENDINGS, apply, begin
from tests.support.billing import NOW, plan_version

TEAM, BUSINESS = plan_version("team"), plan_version("business", price=50_000_000)
DAY = timedelta(days=1)


def paid(number: int = 0, at: datetime | None = None) -> StartPeriod:
    period = MONTHLY.period(NOW, number)
    return StartPeriod(at or period.start, TEAM, NOW, period, TEAM.terms.effective_price)


def begun(event: SubscriptionEvent) -> Subscription:
    return begin(UUID(int=1), UUID(int=2), event)


INCOMPLETE = begun(AwaitPayment(NOW, TEAM))
TRIALING = begun(StartTrial(NOW, TEAM, NOW + 14 * DAY))
ACTIVE = begun(paid())
PAST_DUE = apply(ACTIVE, MissPayment(NOW + 31 * DAY, TEAM))
ENDED = apply(ACTIVE, End(NOW, EndReason.CANCELLED))
BY_STATE = {one.state: one for one in (INCOMPLETE, TRIALING, ACTIVE, PAST_DUE, ENDED)}

LATER = NOW + DAY
EVENTS: list[SubscriptionEvent] = [
    StartTrial(LATER, TEAM, LATER + DAY),
    AwaitPayment(LATER, BUSINESS),
    paid(1, LATER),
    MissPayment(LATER, TEAM),
    ChangePlan(LATER, BUSINESS),
    PlanNext(LATER, BUSINESS),
    CancelAtEnd(LATER),
    Resume(LATER),
    LimitOverage(LATER, 5_000_000),
    MovePlan(LATER, BUSINESS, NOW + 59 * DAY),
    *(End(LATER, reason) for reason in EndReason),
]
POSSIBLE = {
    State.INCOMPLETE: {
        "AwaitPayment": State.INCOMPLETE,
        "StartPeriod": State.ACTIVE,
        "LimitOverage": State.INCOMPLETE,
        "End cancelled": State.ENDED,
        "End expired": State.ENDED,
        "End closed": State.ENDED,
    },
    State.TRIALING: {
        "StartPeriod": State.ACTIVE,
        "MissPayment": State.PAST_DUE,
        "ChangePlan": State.TRIALING,
        "CancelAtEnd": State.TRIALING,
        "LimitOverage": State.TRIALING,
        "MovePlan": State.TRIALING,
        "End cancelled": State.ENDED,
        "End closed": State.ENDED,
    },
    State.ACTIVE: {
        "StartPeriod": State.ACTIVE,
        "MissPayment": State.PAST_DUE,
        "ChangePlan": State.ACTIVE,
        "PlanNext": State.ACTIVE,
        "CancelAtEnd": State.ACTIVE,
        "LimitOverage": State.ACTIVE,
        "MovePlan": State.ACTIVE,
        "End cancelled": State.ENDED,
        "End closed": State.ENDED,
    },
    State.PAST_DUE: {
        "StartPeriod": State.ACTIVE,
        "ChangePlan": State.PAST_DUE,
        "LimitOverage": State.PAST_DUE,
        "MovePlan": State.PAST_DUE,
        "End cancelled": State.ENDED,
        "End unpaid": State.ENDED,
        "End closed": State.ENDED,
    },
    State.ENDED: {},
}
"""The state table of the specification; ``Resume`` needs a cancellation and is tested apart."""


def name_of(event: SubscriptionEvent) -> str:
    return f"End {event.reason}" if isinstance(event, End) else type(event).__name__


class TestApply:
    @pytest.mark.parametrize("state", State)
    def test_allows_what_the_table_says_and_nothing_else(self, state: State) -> None:
        found, refused = {}, []
        for event in EVENTS:
            try:
                found[name_of(event)] = apply(BY_STATE[state], event).state
            except NotInThisState as error:
                refused.append(error.extensions)
        assert found == POSSIBLE[state]
        assert all(one["state"] == state and one["possible"] for one in refused)

    def test_numbers_events_and_keeps_their_times_in_order(self) -> None:
        earlier = NOW - DAY
        changed = apply(ACTIVE, CancelAtEnd(earlier))
        assert (changed.events, changed.changed_at) == (2, NOW)

    def test_takes_a_cancellation_back_before_the_end_only(self) -> None:
        for subscription in (TRIALING, ACTIVE):
            cancelled = apply(subscription, CancelAtEnd(LATER))
            end = cancelled.cancel_at
            assert subscription.period is not None
            assert end == subscription.period.end
            assert apply(cancelled, Resume(end - DAY)).cancel_at is None
            with pytest.raises(NotInThisState):
                apply(cancelled, Resume(end))
            with pytest.raises(NotInThisState):
                apply(cancelled, CancelAtEnd(LATER))

    @pytest.mark.parametrize(
        "event",
        [ChangePlan(LATER, BUSINESS), PlanNext(LATER, BUSINESS), MovePlan(LATER, BUSINESS, LATER)],
    )
    def test_changes_no_plan_while_cancelling(self, event: SubscriptionEvent) -> None:
        with pytest.raises(SubscriptionCancelling):
            apply(apply(ACTIVE, CancelAtEnd(LATER)), event)

    def test_keeps_a_move_until_its_renewal(self) -> None:
        moved = apply(ACTIVE, MovePlan(LATER, BUSINESS, NOW + 59 * DAY))
        for event in (paid(1, NOW + 31 * DAY), MissPayment(NOW + 31 * DAY, TEAM)):
            after = apply(moved, event)
            assert (after.version, after.next_version) == (TEAM, BUSINESS)
        taken = replace(paid(2, NOW + 59 * DAY), version=BUSINESS)
        assert apply(moved, taken).next_version is None

    def test_cancelling_drops_a_planned_change(self) -> None:
        planned = apply(ACTIVE, PlanNext(LATER, BUSINESS))
        assert planned.next_version == BUSINESS
        assert apply(planned, CancelAtEnd(LATER)).next_version is None

    @pytest.mark.parametrize("state", [state for state in State if state is not State.ENDED])
    def test_limits_overage_and_changes_nothing_else(self, state: State) -> None:
        before = BY_STATE[state]
        after = apply(before, LimitOverage(LATER, 5_000_000))
        assert after.overage_limit == 5_000_000
        unchanged = replace(after, overage_limit=0, events=before.events)
        assert replace(unchanged, changed_at=before.changed_at) == before

    def test_the_present_plan_takes_a_planned_change_back(self) -> None:
        planned = apply(ACTIVE, PlanNext(LATER, BUSINESS))
        assert apply(planned, PlanNext(LATER, TEAM)).next_version is None

    def test_keeps_a_planned_change_until_its_renewal(self) -> None:
        notice = NOW + 60 * DAY
        planned = apply(ACTIVE, PlanNext(LATER, BUSINESS, notice))
        assert planned.version_at(MONTHLY.start_of(NOW, 1)) == TEAM
        renewed = apply(planned, paid(1))
        assert renewed.next_version == BUSINESS
        assert renewed.version_at(notice) == BUSINESS


class TestBegin:
    @pytest.mark.parametrize("event", [e for e in EVENTS if name_of(e) not in
        ("StartTrial", "AwaitPayment", "StartPeriod")], ids=name_of)  # fmt: skip
    def test_is_by_subscribing_only(self, event: SubscriptionEvent) -> None:
        with pytest.raises(NotInThisState):
            begun(event)

    def test_with_a_trial_sets_the_anchor_to_its_end(self) -> None:
        assert TRIALING.anchor == NOW + 14 * DAY
        assert TRIALING.period is not None
        assert TRIALING.period.end == TRIALING.anchor


class TestMonthlyRevenue:
    def test_counts_active_subscriptions_and_overdue_ones_that_ever_paid(self) -> None:
        price = TEAM.terms.effective_price
        never_paid = apply(TRIALING, MissPayment(LATER, TEAM))
        found = [
            one.monthly_revenue
            for one in (INCOMPLETE, TRIALING, ACTIVE, PAST_DUE, never_paid, ENDED)
        ]
        assert found == [0, 0, price, price, 0, 0]

    def test_counts_until_a_pending_cancellation_ends(self) -> None:
        assert apply(ACTIVE, CancelAtEnd(LATER)).monthly_revenue == ACTIVE.monthly_revenue


@pytest.mark.parametrize(
    ("state", "reason"),
    [(state, reason) for state, reasons in ENDINGS.items() for reason in sorted(reasons)],
)
def test_an_end_keeps_its_reason_and_drops_what_was_planned(
    state: State, reason: EndReason
) -> None:
    ended = apply(BY_STATE[state], End(LATER, reason))
    assert (ended.state, ended.end_reason) == (State.ENDED, reason)
    assert ended.next_version is None
    assert ended.monthly_revenue == 0
