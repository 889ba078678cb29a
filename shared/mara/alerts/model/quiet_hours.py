"""Quiet hours: when alerts that are not urgent wait for a digest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mara.alerts.errors import InvalidQuietHours
from mara.alerts.model.severity import Severity

MINUTE: Final = timedelta(minutes=1)
WEEK: Final = range(7)
"""Monday is 0, as in ``date.weekday``."""


@dataclass(frozen=True)
class QuietHours:
    """From ``begins`` up to ``ends`` of the wall clock in ``time_zone``, on ``days``.

    Where ``ends`` is not later than ``begins``, they end on the next day; ``days`` are those on
    which they begin. A moment is looked up in the zone each time, so a change of the clock needs no
    rule. Severities in ``excepted`` are posted at any hour. Raises InvalidQuietHours.
    """

    begins: time
    ends: time
    time_zone: str
    days: Collection[int] = WEEK
    excepted: Collection[Severity] = (Severity.CRITICAL,)

    def __post_init__(self) -> None:
        if self.begins.tzinfo or self.ends.tzinfo:
            raise InvalidQuietHours("Times have no offset: the time zone gives it.")
        if not self.days or not set(self.days) <= set(WEEK):
            raise InvalidQuietHours("Days are numbers from 0 (Monday) to 6, and at least one.")
        if self.begins == self.ends and set(self.days) == set(WEEK):
            raise InvalidQuietHours("No moment would be left that is not quiet.")
        _ = self._zone

    @cached_property
    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            detail = "Use a name of the tz database, as Europe/Moscow."
            raise InvalidQuietHours(detail) from error

    def hold_back(self, severity: Severity, at: datetime) -> bool:
        """Whether an alert of this severity waits at the moment ``at``, which has an offset."""
        return severity not in self.excepted and self.is_quiet(at)

    def ends_after(self, at: datetime) -> datetime:
        """The first moment from ``at`` on that is not quiet."""
        if not self.is_quiet(at):
            return at
        # Minute by minute, since a clock that is set may skip the end or show it twice. It comes
        # within a week: a moment that is not quiet was asked for.
        moment = at.replace(second=0, microsecond=0)
        while self.is_quiet(moment):
            moment += MINUTE
        return moment

    def is_quiet(self, at: datetime) -> bool:
        """Whether the wall clock stands inside the quiet hours at ``at``, which has an offset."""
        local = at.astimezone(self._zone)
        clock = local.time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends and self._begins_on(local.date())
        if clock >= self.begins and self._begins_on(local.date()):
            return True
        return clock < self.ends and self._begins_on(local.date() - timedelta(days=1))

    def _begins_on(self, day: date) -> bool:
        return day.weekday() in self.days
