"""Counts in this process, and hands absolute values to a store."""

import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from uuid import UUID

from mara.kernel.ids import new_id
from mara.metrics.model.families import METRICS_DROPPED
from mara.metrics.model.family import MICRO, SERIES_MAX, Family, Series, clean
from mara.metrics.ports import MetricStore

AT_ONCE = datetime.min.replace(tzinfo=UTC)
FLUSH_EVERY = timedelta(seconds=10)
MARK_TRUSTED_FOR = timedelta(days=5)
"""How old the last flush may be for its rows, or their marks, to be there still (see the store)."""

_Key = tuple[Family, tuple[str, ...]]


@dataclass(slots=True)
class Recorder:
    """The counts of one process, which never fall, and what was stored of them.

    ``environment`` has counted what exceeds ``_before``: the counts of environments that this
    process was before. Threads may count at once; only one of them may flush.
    """

    environment: UUID = field(default_factory=new_id)
    due_at: datetime = AT_ONCE
    """When the next flush is due: at once in the first invocation."""
    _counts: dict[_Key, list[int]] = field(default_factory=dict)
    _before: Mapping[Series, int] = field(default_factory=dict)
    _tried: Mapping[Series, int] = field(default_factory=dict)
    _stored_at: datetime | None = None
    _reported: Mapping[Series, int] = field(default_factory=dict)
    _series: int = 0
    _lock: Lock = field(default_factory=Lock)

    def count(self, family: Family, *labels: str, by: int = 1) -> None:
        """Add to the counter with these labels, in the order of the family's."""
        with self._lock:
            values = self._counts.get((family, labels)) or self._begin(family, labels)
            values[0] += by

    def observe(self, family: Family, value: float, *labels: str) -> None:
        """Add one observation to the histogram with these labels."""
        with self._lock:
            values = self._counts.get((family, labels)) or self._begin(family, labels)
            values[bisect_left(family.buckets, value)] += 1
            values[-1] += round(max(value, 0) * MICRO)

    def is_due(self, now: datetime) -> bool:
        """Whether the counts must be flushed before this invocation answers."""
        return now >= self.due_at

    def flush(self, store: MetricStore, now: datetime) -> None:
        """Store the absolute values; raises what the store raises, and the next one stores all.

        Where rows of this environment were folded meanwhile, the process becomes another
        environment, with what it has counted beyond the folded values: no count is there twice.
        """
        self.due_at = now + FLUSH_EVERY
        self._stored_at = self._stored_at or now
        if now - self._stored_at > MARK_TRUSTED_FOR:
            # The marks may be deleted: nothing would tell that the values were folded.
            self._become_another(self._tried)
            self._stored_at = now
        if folded := self._save(store, now):
            stored = store.get_values(self.environment)
            of_folded = {
                series: self._before.get(series, 0) + stored.get(series, 0) for series in folded
            }
            self._become_another({**self._tried, **of_folded})
            self._save(store, now)
        self._stored_at = now

    def take_changes(self) -> Mapping[Series, int]:
        """Return what was counted since the last call."""
        totals = self._values()
        changes = {
            series: value - self._reported.get(series, 0)
            for series, value in totals.items()
            if value != self._reported.get(series, 0)
        }
        self._reported = totals
        return changes

    def _save(self, store: MetricStore, now: datetime) -> set[Series]:
        """Store what this environment has counted; return the series that were folded."""
        self._tried = self._values()
        values = {
            series: own
            for series, value in self._tried.items()
            if (own := value - self._before.get(series, 0))
        }
        return values.keys() - set(store.save(self.environment, values, now)) if values else set()

    def _become_another(self, before: Mapping[Series, int]) -> None:
        self.environment, self._before = new_id(), before

    def _values(self) -> dict[Series, int]:
        with self._lock:
            return dict(sorted(_by_series(self._counts.items())))

    def _begin(self, family: Family, labels: tuple[str, ...]) -> list[int]:
        """Begin the series of these labels; what is over the limit is counted as dropped."""
        labels = tuple(map(clean, labels))
        if known := self._counts.get((family, labels)):
            return known
        parts = len(family.parts)
        if self._series + parts > SERIES_MAX - 1 and family is not METRICS_DROPPED:
            self._counts.setdefault((METRICS_DROPPED, ()), [0])[0] += 1
            return [0] * parts
        self._series += parts
        return self._counts.setdefault((family, labels), [0] * parts)


def _by_series(counts: Iterable[tuple[_Key, list[int]]]) -> Iterable[tuple[Series, int]]:
    for (family, labels), values in counts:
        for part, value in zip(family.parts, values, strict=True):
            if value:
                yield family.series(labels, part), value


@cache
def recorder() -> Recorder:
    """Return the counts of this process."""
    return Recorder()


@contextmanager
def timed(family: Family, *labels: str) -> Iterator[None]:
    """Observe how many seconds the block takes, also where it raises."""
    started = time.perf_counter()
    try:
        yield
    finally:
        recorder().observe(family, time.perf_counter() - started, *labels)


# A forked process counts for itself: with the id of its parent, it would replace the other's rows.
os.register_at_fork(after_in_child=recorder.cache_clear)
