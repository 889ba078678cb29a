"""Periods are computed from the anchor, on any day of any year."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.billing.errors import InvalidPlan
from mara.billing.model.periods import COUNT_MAX, MONTHLY, Interval, IntervalUnit, Period

FIRST_ANCHOR = datetime(2020, 1, 1, tzinfo=UTC)
ANCHORS = st.integers(0, 11 * 366 * 86_400 * 10**6 - 1).map(
    lambda microseconds: FIRST_ANCHOR + timedelta(microseconds=microseconds)
)
INTERVALS = st.sampled_from(IntervalUnit).flatmap(
    lambda unit: st.builds(Interval, st.just(unit), st.integers(1, COUNT_MAX[unit]))
)
YEARLY = Interval(IntervalUnit.YEAR)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestInterval:
    @pytest.mark.parametrize(
        ("interval", "anchor", "starts"),
        [
            (MONTHLY, "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
            (MONTHLY, "2027-12-31", ["2028-01-31", "2028-02-29", "2028-03-31"]),
            (YEARLY, "2028-02-29", ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
            (Interval(IntervalUnit.MONTH, 2), "2026-12-31", ["2027-02-28", "2027-04-30"]),
            (Interval(IntervalUnit.WEEK, 2), "2026-02-20", ["2026-03-06", "2026-03-20"]),
            (Interval(IntervalUnit.DAY, 30), "2026-01-31", ["2026-03-02", "2026-04-01"]),
        ],
    )
    def test_keeps_the_day_of_the_anchor(
        self, interval: Interval, anchor: str, starts: list[str]
    ) -> None:
        found = [interval.start_of(day(anchor), n + 1) for n in range(len(starts))]
        assert found == [day(text) for text in starts]

    @given(INTERVALS, ANCHORS)
    def test_has_adjoining_periods_that_do_not_drift_in_120(
        self, interval: Interval, anchor: datetime
    ) -> None:
        periods = [interval.period(anchor, n) for n in range(120)]
        assert periods[0].start == anchor
        assert all(a.end == b.start for a, b in pairwise(periods))
        assert all(period.length > 0 for period in periods)
        if interval.unit in (IntervalUnit.MONTH, IntervalUnit.YEAR):
            assert all(
                period.start.day == anchor.day
                or (period.start.day < anchor.day and (period.start + timedelta(days=1)).day == 1)
                for period in periods
            )

    @given(INTERVALS, ANCHORS, st.integers(0, 10 * 366 * 86_400 * 10**6))
    def test_finds_the_period_of_any_moment(
        self, interval: Interval, anchor: datetime, microseconds: int
    ) -> None:
        at = anchor + timedelta(microseconds=microseconds)
        assert at in interval.period_at(anchor, at)

    @given(INTERVALS, ANCHORS, st.integers(0, 3000))
    def test_gives_a_start_to_the_period_that_it_begins(
        self, interval: Interval, anchor: datetime, number: int
    ) -> None:
        number %= 60 // interval.count + 1
        start = interval.start_of(anchor, number)
        assert interval.number_at(anchor, start) == number
        assert interval.number_at(anchor, start - timedelta(microseconds=1)) == number - 1

    @given(INTERVALS, ANCHORS, st.integers(0, 10 * 366))
    def test_divides_long_periods_into_months(
        self, interval: Interval, anchor: datetime, days: int
    ) -> None:
        at = anchor + timedelta(days=days)
        billing, usage = interval.period_at(anchor, at), interval.usage_period_at(anchor, at)
        assert at in usage
        assert billing.start <= usage.start
        assert usage.end <= billing.end
        assert usage.length <= timedelta(days=31) // timedelta(microseconds=1)
        if not interval.is_longer_than_a_month:
            assert usage == billing

    @pytest.mark.parametrize(
        ("unit", "count", "monthly"),
        [("month", 1, 10_000_000), ("month", 3, 3_333_333), ("year", 1, 833_333),
         ("week", 1, 43_482_143), ("day", 30, 10_145_833)],
    )  # fmt: skip
    def test_converts_a_price_to_a_month(self, unit: str, count: int, monthly: int) -> None:
        assert Interval(IntervalUnit(unit), count).per_month(10_000_000) == monthly

    @pytest.mark.parametrize(("unit", "count"), [("day", 0), ("day", 367), ("year", 6)])
    def test_of_no_or_absurd_length_is_refused(self, unit: str, count: int) -> None:
        with pytest.raises(InvalidPlan):
            Interval(IntervalUnit(unit), count)


class TestPeriod:
    PERIOD = Period(day("2026-01-01"), day("2026-02-01"))

    def test_contains_its_start_and_not_its_end(self) -> None:
        assert self.PERIOD.start in self.PERIOD
        assert self.PERIOD.end not in self.PERIOD

    def test_remains_whole_before_it_and_not_at_all_after_it(self) -> None:
        assert self.PERIOD.remaining(day("2025-01-01")) == self.PERIOD.length
        assert self.PERIOD.remaining(day("2026-01-31")) == 86_400 * 10**6
        assert self.PERIOD.remaining(day("2027-01-01")) == 0
