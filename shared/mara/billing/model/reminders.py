"""When a user is reminded of an unpaid invoice, and of the end of a trial."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mara.billing.model.payment_deadline import PaymentDeadline
from mara.billing.model.periods import Period

TRIAL_REMINDER: Final = timedelta(days=3)
SHORT_TRIAL: Final = timedelta(days=4)
LAST_REMINDER: Final = timedelta(hours=24)
"""How long before the deadline the last reminder is due."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """``days`` of the time to pay on which a reminder is due, if they lie within it."""

    days: tuple[int, ...] = (0, 1, 3, 5, 7)

    def offsets(self, length: timedelta) -> list[timedelta]:
        """The moments of reminders, from the start of a time to pay of ``length``, in order."""
        moments = {timedelta(days=day) for day in self.days}
        moments.add(length - LAST_REMINDER)
        return sorted(moment for moment in moments if timedelta(0) <= moment < length)

    def due(self, deadline: PaymentDeadline, now: datetime) -> int:
        """How many reminders are due until ``now``; of several the last one is sent."""
        elapsed = deadline.elapsed(now)
        return sum(moment <= elapsed for moment in self.offsets(deadline.length))

    def next_at(self, deadline: PaymentDeadline, now: datetime) -> datetime:
        """The moment of the next reminder, or the deadline, unless a pause begins."""
        elapsed = deadline.elapsed(now)
        later = (moment for moment in self.offsets(deadline.length) if moment > elapsed)
        return now + (next(later, deadline.length) - elapsed)


DEFAULT_REMINDERS: Final = Reminders()


def trial_reminder_at(trial: Period) -> datetime:
    """Three days before the trial's end; the half of it if it is shorter than four days."""
    length = trial.end - trial.start
    return trial.end - (length / 2 if length < SHORT_TRIAL else TRIAL_REMINDER)
