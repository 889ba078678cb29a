"""The state of one alert, which does not depend on the order in which its signals arrive.

Two Alertmanagers of a cluster, retries and queues deliver late, twice and in any order. Signals are
therefore kept by the time at which the alert says that it began, and the latest end decides which
of them still count: both only grow, so every order leads to the same state.

Times of the sender are compared with each other only, since its clock may be wrong. What has no
time follows the order of arrival: a firing goes on with what is open, a resolved ends all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mara.alerts.model.firing import Firing, began_first, folded
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal

SAME_FOR: Final = timedelta(seconds=60)
"""Equal signals within this time are one: two Alertmanagers deliver both."""
SEEN_MAX: Final = 50
"""So many signals are known again."""
STALE_AFTER: Final = timedelta(hours=24)
"""An alert without a signal for so long is taken for over: removed alerts never resolve."""
FLAPPING: Final = 3
FLAPPING_WITHIN: Final = timedelta(hours=1)
"""So many episodes within this time make an alert that flaps."""

Seen = Mapping[tuple[bool, str], datetime]


class SignalOutcome(StrEnum):
    """What a signal does to its alert."""

    OPENED = "opened"
    REPEATED = "repeated"
    WORSENED = "worsened"
    """Fires on, with a higher severity than before."""
    RESOLVED = "resolved"
    OUTDATED = "outdated"
    """A firing of an episode that is over, or a resolved of one that is not open."""
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class AlertState:
    """``firings`` by the time at which they began; those up to ``ended_at`` are over.

    ``is_untimed`` if the only firing has no time: it is there by its arrival. ``seen`` has the
    arrivals of the last signals, by whether they have a time and by what they say. ``opened`` are
    the arrivals that began episodes, ascending.
    """

    firings: Mapping[datetime, Firing] = field(default_factory=dict)
    ended_at: datetime | None = None
    seen: Seen = field(default_factory=dict)
    opened: tuple[datetime, ...] = ()
    is_untimed: bool = False

    @property
    def is_firing(self) -> bool:
        """Whether an episode is open."""
        return bool(self.firings)

    @property
    def began_at(self) -> datetime | None:
        """The beginning of the open episode; None without one."""
        return began_first(self.firings)

    @property
    def count(self) -> int:
        """How often the open episode was reported."""
        return sum(firing.count for firing in self.firings.values())

    @property
    def last_at(self) -> datetime | None:
        """When the open episode was reported last; None without one."""
        return max((firing.last_at for firing in self.firings.values()), default=None)

    @property
    def severity(self) -> Severity | None:
        """The highest severity of the open episode; None without one."""
        severities = [firing.severity for firing in self.firings.values()]
        return min(severities, key=lambda one: one.rank, default=None)

    def is_stale(self, at: datetime) -> bool:
        """Whether the open episode was not reported for STALE_AFTER."""
        return self.last_at is not None and at - self.last_at >= STALE_AFTER

    def is_flapping(self, at: datetime) -> bool:
        """Whether FLAPPING episodes began within FLAPPING_WITHIN before ``at``."""
        return sum(at - FLAPPING_WITHIN < began <= at for began in self.opened) >= FLAPPING

    def receive(self, signal: Signal, at: datetime) -> tuple["AlertState", SignalOutcome]:
        """The state after a signal that arrived at ``at``.

        Nothing that is kept grows with the number of signals.
        """
        signal = signal.without_future(at)
        key = (signal.has_time, signal.digest)
        if not signal.is_unique and key in self.seen and abs(at - self.seen[key]) < SAME_FOR:
            return self, SignalOutcome.DUPLICATE
        after, outcome = self._fire(signal, at) if signal.is_firing else self._resolve(signal)
        new = {} if signal.is_unique else {key: at}
        return replace(after, seen={**self._seen_since(at - SAME_FOR), **new}), outcome

    def expire(self) -> "AlertState":
        """The state of a stale alert whose episode is over.

        No signal said that it ended: an alert that is reported again fires again.
        """
        return replace(self, firings={}, is_untimed=False)

    def _seen_since(self, since: datetime) -> Seen:
        """What may be known again. What has no time is another one after any other."""
        timed = [(when, key) for key, when in self.seen.items() if key[0] and when > since]
        return {key: when for when, key in sorted(timed)[1 - SEEN_MAX :]}

    def _fire(self, signal: Signal, at: datetime) -> tuple["AlertState", SignalOutcome]:
        began_at = signal.starts_at
        if began_at and self.ended_at and began_at <= self.ended_at:
            return self, SignalOutcome.OUTDATED
        firings, new = dict(self.firings), Firing(1, at, signal.severity)
        # What has no time goes on with the newest that is open, whose time may come later.
        is_joining = began_at is None or self.is_untimed
        joined = max(firings, default=None) if is_joining else began_at
        before = firings.pop(joined, None) if joined else None
        firings[began_at or joined or at] = before.joined_by(new) if before else new
        after = replace(
            self,
            firings=folded(firings),
            is_untimed=not began_at and (not before or self.is_untimed),
        )
        if self.severity is None:
            return replace(after, opened=(*self.opened[-FLAPPING:], at)), SignalOutcome.OPENED
        is_worse = signal.severity.rank < self.severity.rank
        return after, SignalOutcome.WORSENED if is_worse else SignalOutcome.REPEATED

    def _resolve(self, signal: Signal) -> tuple["AlertState", SignalOutcome]:
        """A resolved that names a beginning ends that one, and never a later one."""
        ends = [at for at in (signal.starts_at, signal.ends_at, self.ended_at) if at]
        ended_at = max(ends, default=None)
        if not signal.has_time:
            left: Mapping[datetime, Firing] = {}
            ended_at = max([*ends, *([] if self.is_untimed else self.firings)], default=None)
        elif self.is_untimed:
            # An end that is known was there before it.
            left = self.firings if ended_at == self.ended_at else {}
        else:
            left = {
                began: one for began, one in self.firings.items() if ended_at and began > ended_at
            }
        after = replace(
            self, firings=left, ended_at=ended_at, is_untimed=self.is_untimed and bool(left)
        )
        is_resolved = self.is_firing and not left
        return after, SignalOutcome.RESOLVED if is_resolved else SignalOutcome.OUTDATED
