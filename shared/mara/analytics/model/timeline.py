"""Ranges of days in UTC, and the buckets into which figures are divided."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from mara.analytics.errors import InvalidReportRange

DAY: Final = timedelta(days=1)
DAYS_MAX: Final = 5 * 366
"""Five years: the most that one report covers."""
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2200, 1, 1)
MONTHS_BY_DEFAULT: Final = 12
MONTHS_OF_YEAR: Final = 12


class BucketSize(StrEnum):
    """The length of a bucket; weeks begin on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from ``first`` until before ``end``. Raises InvalidReportRange."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if not FIRST_DAY <= self.first < self.end <= LAST_DAY:
            raise InvalidReportRange(f"from is before to, and both are {FIRST_DAY} to {LAST_DAY}.")
        if (self.end - self.first).days > DAYS_MAX:
            raise InvalidReportRange(f"At most {DAYS_MAX} days.", days_max=DAYS_MAX)

    @classmethod
    def of(cls, first: date | None, end: date | None, today: date) -> "DayRange":
        """The range with its defaults: a year of whole months, up to and with ``today``.

        Raises InvalidReportRange.
        """
        last = end or today + DAY
        return cls(first or _default_first(last), last)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Buckets that follow each other: bucket ``n`` is ``[bounds[n], bounds[n + 1])``."""

    bounds: tuple[datetime, ...]

    @classmethod
    def of(cls, days: DayRange, size: BucketSize) -> "Timeline":
        """The buckets of a range; the first and the last one may be parts of a week or month."""
        starts, day = [], days.first
        while day < days.end:
            starts.append(day)
            day = _next_start(day, size)
        return cls(tuple(midnight(day) for day in (*starts, days.end)))

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def start(self) -> datetime:
        """The start of the first bucket."""
        return self.bounds[0]

    @property
    def end(self) -> datetime:
        """The end of the last bucket."""
        return self.bounds[-1]


def midnight(day: date) -> datetime:
    """The first moment of the day in UTC."""
    return datetime.combine(day, time(), UTC)


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month, ``months`` later."""
    number = day.year * MONTHS_OF_YEAR + day.month - 1 + months
    return date(number // MONTHS_OF_YEAR, number % MONTHS_OF_YEAR + 1, 1)


def _default_first(end: date) -> date:
    if end < FIRST_DAY + DAY * DAYS_MAX:
        return FIRST_DAY
    return month_start(end - DAY, 1 - MONTHS_BY_DEFAULT)


def _next_start(day: date, size: BucketSize) -> date:
    match size:
        case BucketSize.DAY:
            return day + DAY
        case BucketSize.WEEK:
            return day + DAY * (7 - day.weekday())
        case BucketSize.MONTH:
            return month_start(day, 1)
