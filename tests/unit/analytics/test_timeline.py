"""Ranges of days, and the buckets into which they are divided."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.analytics.errors import InvalidReportRange
from mara.analytics.model.timeline import DAYS_MAX, BucketSize, DayRange, Timeline

TODAY = date(2026, 11, 27)
DAYS = st.dates(date(2000, 1, 1), date(2190, 1, 1))


def starts(first: date, end: date, size: BucketSize) -> list[date]:
    return [bound.date() for bound in Timeline.of(DayRange(first, end), size).bounds]


class TestTimeline:
    def test_of_weeks_begins_them_on_monday(self) -> None:
        # 1 January 2026 is a Thursday.
        assert starts(date(2026, 1, 1), date(2026, 1, 14), BucketSize.WEEK) == [
            date(2026, 1, 1),
            date(2026, 1, 5),
            date(2026, 1, 12),
            date(2026, 1, 14),
        ]

    def test_of_months_begins_them_on_the_first(self) -> None:
        assert starts(date(2025, 12, 15), date(2026, 3, 1), BucketSize.MONTH) == [
            date(2025, 12, 15),
            date(2026, 1, 1),
            date(2026, 2, 1),
            date(2026, 3, 1),
        ]

    def test_of_days_has_the_leap_day(self) -> None:
        assert len(starts(date(2028, 2, 1), date(2028, 3, 1), BucketSize.DAY)) == 29 + 1

    @given(DAYS, st.integers(1, DAYS_MAX), st.sampled_from(BucketSize))
    def test_covers_the_range_without_a_gap(self, first: date, days: int, size: BucketSize) -> None:
        end = date.fromordinal(first.toordinal() + days)
        bounds = Timeline.of(DayRange(first, end), size).bounds
        assert (bounds[0].date(), bounds[-1].date()) == (first, end)
        assert all(before < after for before, after in pairwise(bounds))
        assert all(bound.tzinfo is UTC for bound in bounds)


class TestDayRange:
    def test_is_a_year_of_whole_months_by_default(self) -> None:
        assert DayRange.of(None, None, TODAY) == DayRange(date(2025, 12, 1), date(2026, 11, 28))

    def test_ends_with_the_day_before_its_end(self) -> None:
        assert DayRange.of(None, date(2026, 7, 1), TODAY).first == date(2025, 7, 1)

    def test_takes_five_years(self) -> None:
        first = date(2020, 1, 1)
        assert DayRange(first, date.fromordinal(first.toordinal() + DAYS_MAX))

    @pytest.mark.parametrize(
        ("first", "end"),
        [
            (TODAY, TODAY),
            (TODAY, date(2026, 11, 26)),
            (date(2016, 11, 27), TODAY),
            (date(1999, 12, 31), date(2000, 2, 1)),
            (date(2199, 12, 1), date(2200, 1, 2)),
            (None, date.min),
            (date.max, None),
        ],
    )
    def test_refuses_days_in_the_wrong_order_and_too_many(
        self, first: date | None, end: date | None
    ) -> None:
        with pytest.raises(InvalidReportRange):
            DayRange.of(first, end, TODAY)

    def test_begins_at_midnight(self) -> None:
        timeline = Timeline.of(DayRange(TODAY, date(2026, 11, 28)), BucketSize.DAY)
        assert timeline.start == datetime(2026, 11, 27, tzinfo=UTC)
