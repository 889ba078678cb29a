"""The time in which a use case must end, whatever its parts take."""

from dataclasses import dataclass
from datetime import datetime

from mara.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """The time until ``ends_at`` on the clock ``now``; without an end, it is not limited."""

    now: Clock | None = None
    ends_at: datetime | None = None

    def left_s(self) -> float | None:
        """Return the seconds that are left, at least 0; ``None`` if the time is not limited."""
        if self.now is None or self.ends_at is None:
            return None
        return max(0.0, (self.ends_at - self.now()).total_seconds())


UNLIMITED = TimeBudget()
"""Every part of the use case has its own limits only."""
