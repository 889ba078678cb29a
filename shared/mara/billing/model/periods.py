"""Billing intervals: period ``k`` is computed from the anchor and ``k``, so that no day drifts.

All periods are half-open ``[start, end)`` in UTC.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mara.billing.errors import InvalidPlan

MICROSECOND: Final = timedelta(microseconds=1)
MONTHS_OF_YEAR: Final = 12
FEBRUARY: Final = 2
DAYS_OF_MONTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAYS_OF_LONGEST_MONTH: Final = 31


def half_up(dividend: int, divisor: int) -> int:
    """The quotient of non-negative integers, rounded half up."""
    return (2 * dividend + divisor) // (2 * divisor)


def ceil_div(dividend: int, divisor: int) -> int:
    """The quotient of integers, rounded up."""
    return -(-dividend // divisor)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open: ``start`` belongs to it, ``end`` does not."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def length(self) -> int:
        """In microseconds."""
        return (self.end - self.start) // MICROSECOND

    def remaining(self, at: datetime) -> int:
        """Microseconds from ``at`` to the end: 0 after it, the whole length before the start."""
        return min(max((self.end - at) // MICROSECOND, 0), self.length)


class IntervalUnit(StrEnum):
    """The unit in which a plan counts its interval."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


COUNT_MAX: Final = {
    IntervalUnit.DAY: 366,
    IntervalUnit.WEEK: 53,
    IntervalUnit.MONTH: 24,
    IntervalUnit.YEAR: 5,
}
_DAYS: Final = {IntervalUnit.DAY: 1, IntervalUnit.WEEK: 7}
_MONTHS: Final = {IntervalUnit.MONTH: 1, IntervalUnit.YEAR: MONTHS_OF_YEAR}
_PER_MONTH: Final = {
    # The average Gregorian month of the Julian year: 365.25 / 12 = 30.4375 days.
    IntervalUnit.DAY: (304_375, 10_000),
    IntervalUnit.WEEK: (36_525, 8_400),
    IntervalUnit.MONTH: (1, 1),
    IntervalUnit.YEAR: (1, MONTHS_OF_YEAR),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """How often a plan is paid. Raises InvalidPlan."""

    unit: IntervalUnit
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.count <= COUNT_MAX[self.unit]:
            raise InvalidPlan(
                f"interval.count: 1 to {COUNT_MAX[self.unit]} of the unit {self.unit}."
            )

    def start_of(self, anchor: datetime, number: int) -> datetime:
        """The start of period ``number``; period 0 starts at the anchor.

        A day that the month does not have becomes its last one: 31 January, 28 February, 31 March.
        """
        if self.unit in _DAYS:
            return anchor + timedelta(days=_DAYS[self.unit] * self.count * number)
        return _add_months(anchor, _MONTHS[self.unit] * self.count * number)

    def number_at(self, anchor: datetime, at: datetime) -> int:
        """The number of the period that contains ``at``; negative before the anchor."""
        if self.unit in _DAYS:
            return (at - anchor) // timedelta(days=_DAYS[self.unit] * self.count)
        months = (at.year - anchor.year) * MONTHS_OF_YEAR + at.month - anchor.month
        number = months // (_MONTHS[self.unit] * self.count)
        return number if self.start_of(anchor, number) <= at else number - 1

    def period(self, anchor: datetime, number: int) -> Period:
        """Period ``number``."""
        return Period(self.start_of(anchor, number), self.start_of(anchor, number + 1))

    def period_at(self, anchor: datetime, at: datetime) -> Period:
        """The period that contains ``at``."""
        return self.period(anchor, self.number_at(anchor, at))

    def anchor_for(self, start: datetime, anchor: datetime | None) -> datetime:
        """``anchor`` if a period from it begins at ``start``, else ``start``."""
        if anchor is not None and self.start_of(anchor, self.number_at(anchor, start)) == start:
            return anchor
        return start

    @property
    def is_longer_than_a_month(self) -> bool:
        """Whether allowances are given month by month."""
        if self.unit in _DAYS:
            return _DAYS[self.unit] * self.count > DAYS_OF_LONGEST_MONTH
        return _MONTHS[self.unit] * self.count > 1

    def usage_period_at(self, anchor: datetime, at: datetime) -> Period:
        """The billing period, or the month of it that contains ``at``.

        Months of an interval in days or weeks start with the billing period, and its end cuts the
        last one.
        """
        period = self.period_at(anchor, at)
        if not self.is_longer_than_a_month:
            return period
        return month_of(period, at) if self.unit in _DAYS else MONTHLY.period_at(anchor, at)

    def per_month(self, price: int) -> int:
        """Monthly recurring revenue of a price per interval, in micro-USDT, rounded half up."""
        dividend, divisor = _PER_MONTH[self.unit]
        return half_up(price * dividend, divisor * self.count)


MONTHLY: Final = Interval(IntervalUnit.MONTH)


def month_of(period: Period, at: datetime) -> Period:
    """The month of the period that contains ``at``, counted from its start and cut at its end."""
    month = MONTHLY.period_at(period.start, at)
    return Period(month.start, min(month.end, period.end))


def _add_months(anchor: datetime, months: int) -> datetime:
    years, month = divmod(anchor.month - 1 + months, MONTHS_OF_YEAR)
    year, month = anchor.year + years, month + 1
    length = DAYS_OF_MONTHS[month - 1] + (month == FEBRUARY and isleap(year))
    return anchor.replace(year=year, month=month, day=min(anchor.day, length))
