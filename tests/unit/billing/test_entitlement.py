"""What holds for a user: usage periods of every kind of plan and state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.billing.model.entitlement import (
    Holder,
    entitlement_of,
    renewal_is_due,
    usage_period_of,
)
from mara.billing.model.periods import MONTHLY, Interval, IntervalUnit, Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import State, Subscription
from tests.support.billing import NOW, plan_version

OWNER, ID = UUID(int=1), UUID(int=2)
FREE = plan_version("free", price=0)
YEARLY = plan_version("yearly", interval=Interval(IntervalUnit.YEAR))
QUARTERLY = plan_version("quarterly", interval=Interval(IntervalUnit.MONTH, 3))
WEEKS = plan_version("weeks", interval=Interval(IntervalUnit.WEEK, 6))
TEAM = plan_version("team")
BIG = plan_version("big", price=50)


def day(month: int, number: int, year: int = 2026) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


def active(version: PlanVersion = TEAM, number: int = 0) -> Subscription:
    """Anchored at 31 January, in period ``number``."""
    period = version.terms.interval.period(NOW, number)
    return Subscription(ID, OWNER, State.ACTIVE, version, NOW, anchor=NOW, period=period,
                        overage_limit=5)  # fmt: skip


def overdue(version: PlanVersion = TEAM) -> Subscription:
    return replace(active(), state=State.PAST_DUE, version=version)


def holder(subscription: Subscription | None, now: datetime, **more: object) -> Holder:
    return replace(Holder(OWNER, now, NOW, FREE, subscription), **more)  # type: ignore[arg-type]


class TestUsagePeriod:
    @pytest.mark.parametrize(
        ("version", "at", "expected"),
        [
            (TEAM, day(2, 10), (day(1, 31), day(2, 28))),
            (YEARLY, day(2, 10), (day(1, 31), day(2, 28))),
            (YEARLY, day(3, 30), (day(2, 28), day(3, 31))),
            (YEARLY, day(1, 30, 2027), (day(12, 31), day(1, 31, 2027))),
            (QUARTERLY, day(4, 29), (day(3, 31), day(4, 30))),
            (WEEKS, day(2, 10), (day(1, 31), day(2, 28))),
            (WEEKS, day(3, 10), (day(2, 28), day(3, 14))),
        ],
    )
    def test_is_the_period_or_a_month_of_it(
        self, version: PlanVersion, at: datetime, expected: tuple[datetime, datetime]
    ) -> None:
        assert usage_period_of(active(version), at) == Period(*expected)

    def test_of_a_moment_outside_is_the_nearest(self) -> None:
        assert usage_period_of(active(YEARLY), day(1, 1)).start == NOW
        assert usage_period_of(active(YEARLY), day(5, 1, 2027)).end == day(1, 31, 2027)

    def test_of_a_trial_begins_with_it(self) -> None:
        trial = Period(NOW, NOW + timedelta(days=45))
        subscription = Subscription(
            ID, OWNER, State.TRIALING, TEAM, NOW, anchor=trial.end, period=trial
        )
        assert usage_period_of(subscription, day(2, 3)) == Period(NOW, day(2, 28))
        assert usage_period_of(subscription, day(3, 3)) == Period(day(2, 28), trial.end)


class TestEntitlement:
    def test_without_a_subscription_is_the_default_plan(self) -> None:
        found = entitlement_of(holder(None, day(4, 2)))
        (source,) = found.sources
        assert (found.version, found.state, found.overage_limit) == (FREE, None, 0)
        assert (source.subscription_id, source.period) == (None, Period(day(3, 31), day(4, 30)))

    @pytest.mark.parametrize("state", [State.INCOMPLETE, State.ENDED])
    def test_of_a_subscription_that_is_not_paid_is_the_default_plan(self, state: State) -> None:
        found = entitlement_of(holder(replace(active(), state=state), day(2, 3)))
        assert found.version == FREE

    def test_of_a_cancelled_subscription_ends_with_it(self) -> None:
        cancelled = replace(active(), cancel_at=day(2, 28))
        assert entitlement_of(holder(cancelled, day(2, 27))).version == TEAM
        assert entitlement_of(holder(cancelled, day(2, 28))).version == FREE

    def test_of_a_subscription_has_its_limit_of_overage(self) -> None:
        found = entitlement_of(holder(active(), day(2, 3)))
        assert (found.version, found.overage_limit, found.state) == (TEAM, 5, State.ACTIVE)
        assert found.sources[0].period == Period(NOW, day(2, 28))

    def test_whose_renewal_waits_is_the_period_that_holds_this_moment(self) -> None:
        planned = replace(active(), next_version=BIG)
        found = entitlement_of(holder(planned, day(4, 2)))
        (source,) = found.sources
        assert (found.version, source.period) == (BIG, Period(day(3, 31), day(4, 30)))
        assert source.is_unpaid

    def test_overdue_is_the_last_period_and_a_part_of_the_next(self) -> None:
        late = holder(overdue(BIG), day(3, 2), paid_version=TEAM, unpaid_start=day(2, 28))
        found = entitlement_of(late)
        last, unpaid = found.sources
        assert (last.version, last.period, last.percent) == (TEAM, Period(NOW, day(2, 28)), 100)
        assert (unpaid.version, unpaid.percent, unpaid.is_unpaid) == (BIG, 20, True)
        assert unpaid.period == Period(day(2, 28), day(3, 31))
        assert (found.overage_limit, found.state) == (0, State.PAST_DUE)
        assert entitlement_of(replace(late, is_covered=True)).sources[1].percent == 100

    def test_overdue_after_a_trial_is_the_trial_and_a_part_of_the_next(self) -> None:
        trial = Period(day(1, 17), NOW)
        late = replace(overdue(), period=trial)
        last, unpaid = entitlement_of(holder(late, day(2, 1), unpaid_start=NOW)).sources
        assert (last.period, unpaid.period) == (trial, MONTHLY.period(NOW, 0))


class TestRenewal:
    @pytest.mark.parametrize(
        ("subscription", "at", "is_due"),
        [
            (None, day(9, 1), False),
            (active(), day(2, 28) - timedelta(microseconds=1), False),
            (active(), day(2, 28), True),
            (overdue(), day(9, 1), False),
            (replace(active(), state=State.ENDED), day(9, 1), False),
        ],
    )
    def test_is_due_once_the_period_is_over(
        self, subscription: Subscription | None, at: datetime, is_due: bool
    ) -> None:
        assert renewal_is_due(holder(subscription, at)) is is_due
