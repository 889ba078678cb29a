"""Schedules: which there are, and how their last runs went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LATE_BEYOND: Final = timedelta(minutes=10)
"""What a schedule has beside two periods: for a run and its tries, or for a deployment."""


class RunOutcome(StrEnum):
    """How a run ended: ``lost`` where its process was killed, so that nothing was written."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Schedule:
    """``name`` is that of its lease; ``payload`` is the input that its function is given."""

    name: str
    function: str
    period: timedelta
    payload: Mapping[str, str] = field(default_factory=dict)

    @property
    def late_after(self) -> timedelta:
        """The age of the last done run from which on it is late: one run may fail altogether."""
        return 2 * self.period + LATE_BEYOND


@dataclass(frozen=True, slots=True)
class ScheduleRun:
    """The last run of a schedule."""

    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """A schedule, its last run, None where it never ran, and its lease, None where it is free."""

    schedule: Schedule
    run: ScheduleRun | None
    leased_until: datetime | None

    @property
    def outcome(self) -> RunOutcome | None:
        """How the last run ended."""
        if self.run is None:
            return None
        if self.run.outcome is not None:
            return RunOutcome(self.run.outcome)
        return RunOutcome.RUNNING if self.leased_until else RunOutcome.LOST

    @property
    def next_at(self) -> datetime | None:
        """About when the next run is due: a period after the last start."""
        return self.run.started_at + self.schedule.period if self.run else None

    @property
    def duration_s(self) -> float | None:
        """How long the last run took; None if it did not end."""
        if self.run is None or self.run.ended_at is None:
            return None
        return round((self.run.ended_at - self.run.started_at).total_seconds(), 3)
