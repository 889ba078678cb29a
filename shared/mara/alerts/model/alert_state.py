"""The state of one alert, which does not depend on the order in which its signals arrive.

Two Alertmanagers of a cluster, retries and queues deliver late, twice and in any order. Signals are
therefore kept by the time at which the alert says that it began, and the latest end decides which
of them still count: both only grow, so every order leads to the same state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal

SAME_FOR: Final = timedelta(seconds=60)
"""Equal signals within this time are one: two Alertmanagers deliver both."""
STALE_AFTER: Final = timedelta(hours=24)
"""An alert without a signal for so long is taken for over: removed alerts never resolve."""
FLAPPING: Final = 3
FLAPPING_WITHIN: Final = timedelta(hours=1)
"""So many episodes within this time make an alert that flaps."""


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
class Firing:
    """How often an alert that began at one time was reported, when last, and how severe."""

    count: int
    last_at: datetime
    severity: Severity

    def and_again(self, at: datetime, severity: Severity) -> "Firing":
        """With one more report."""
        return Firing(
            self.count + 1,
            max(self.last_at, at),
            min(self.severity, severity, key=lambda one: one.rank),
        )


@dataclass(frozen=True, slots=True)
class AlertState:
    """``firings`` by the time at which they began; those up to ``ended_at`` are over.

    ``seen`` has the last times of equal signals, by what makes them equal. ``opened`` are the
    beginnings of episodes, ascending.
    """

    firings: Mapping[datetime, Firing] = field(default_factory=dict)
    ended_at: datetime | None = None
    seen: Mapping[tuple[bool, datetime | None, datetime | None], datetime] = field(
        default_factory=dict
    )
    opened: tuple[datetime, ...] = ()

    @property
    def is_firing(self) -> bool:
        """Whether an episode is open."""
        return bool(self.firings)

    @property
    def began_at(self) -> datetime | None:
        """The beginning of the open episode; None without one."""
        return min(self.firings, default=None)

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

        A signal without a time began, or ended, when it arrived.
        """
        key = (signal.is_firing, signal.starts_at, signal.ends_at)
        if not signal.is_unique and key in self.seen and abs(at - self.seen[key]) < SAME_FOR:
            return self, SignalOutcome.DUPLICATE
        recent = {one: when for one, when in self.seen.items() if at - when < SAME_FOR}
        if signal.is_firing:
            # What has no time and never ends is one firing, however often it is reported.
            goes_on = self.began_at if signal.is_unique else None
            after, outcome = self._fire(signal.starts_at or goes_on or at, at, signal.severity)
        else:
            after, outcome = self._resolve(signal.ends_at or at)
        return replace(after, seen=recent if signal.is_unique else {**recent, key: at}), outcome

    def expire(self) -> "AlertState":
        """The state of a stale alert whose episode is over.

        No signal said that it ended: an alert that is reported again fires again.
        """
        return replace(self, firings={})

    def _fire(
        self, began_at: datetime, at: datetime, severity: Severity
    ) -> tuple["AlertState", SignalOutcome]:
        if self.ended_at is not None and began_at <= self.ended_at:
            return self, SignalOutcome.OUTDATED
        before = self.firings.get(began_at)
        firing = before.and_again(at, severity) if before else Firing(1, at, severity)
        after = replace(self, firings={**self.firings, began_at: firing})
        if self.severity is None:
            return replace(after, opened=(*self.opened[-FLAPPING:], at)), SignalOutcome.OPENED
        is_worse = severity.rank < self.severity.rank
        return after, SignalOutcome.WORSENED if is_worse else SignalOutcome.REPEATED

    def _resolve(self, ended_at: datetime) -> tuple["AlertState", SignalOutcome]:
        latest = max(self.ended_at or ended_at, ended_at)
        left = {began: firing for began, firing in self.firings.items() if began > latest}
        after = replace(self, firings=left, ended_at=latest)
        is_resolved = self.is_firing and not left
        return after, SignalOutcome.RESOLVED if is_resolved else SignalOutcome.OUTDATED
