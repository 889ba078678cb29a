"""Many processes that count, flush, are frozen, woken and killed, over days of simulated time."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from mara.metrics.model.family import Family
from mara.metrics.ports import MetricStore
from mara.metrics.service import Recorder

CALLS = Family("mara_calls", "Calls.", ("operation",))
OPERATIONS = ("ask", "list", "upload", "delete")
FAILURES = 0.03
"""Of flushes: half of them after the commit, so that the process does not know."""


class ConnectionLost(Exception):
    """A flush failed, before or after its commit."""


@dataclass
class UnreliableStore:
    """Implements ``MetricStore``; some calls fail, and what was committed is remembered."""

    store: MetricStore
    random: Random
    committed: bool = False

    def save(self, environment: UUID, values: Mapping[str, int], now: datetime) -> Collection[str]:
        fails, after = self.random.random() < FAILURES, self.random.random() < 0.5
        if fails and not after:
            raise ConnectionLost
        saved = self.store.save(environment, values, now)
        if fails:
            raise ConnectionLost
        return saved

    def get_values(self, environment: UUID) -> Mapping[str, int]:
        if self.random.random() < FAILURES:
            raise ConnectionLost
        return self.store.get_values(environment)


@dataclass
class Process:
    """One process: what it has counted, and what it surely and at most has stored."""

    counts: Recorder = field(default_factory=Recorder)
    counted: Counter[str] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)
    wakes_at: datetime | None = None

    def work(self, store: MetricStore, now: datetime, random: Random) -> None:
        """One invocation."""
        for operation in random.choices(OPERATIONS, k=random.randint(1, 3)):
            self.counts.count(CALLS, operation)
            self.counted[f"mara_calls|{operation}"] += 1
        if self.counts.is_due(now):
            try:
                self.counts.flush(store, now)
            except ConnectionLost:
                return
            self.stored = self.counted.copy()


@dataclass
class Fleet:
    """Processes over simulated time; ``check`` is called after each step with the fleet."""

    store: UnreliableStore
    random: Random
    now: datetime
    size: int
    living: list[Process] = field(default_factory=list)
    dead: list[Process] = field(default_factory=list)

    @property
    def everyone(self) -> list[Process]:
        return [*self.living, *self.dead]

    def sum(self, of: Callable[[Process], Mapping[str, int]]) -> Counter[str]:
        found: Counter[str] = Counter()
        for process in self.everyone:
            found.update(of(process))
        return found

    def step(self) -> None:
        """Let some time pass; invoke, freeze, wake, kill and start processes."""
        self.now += timedelta(seconds=self.random.choice((5, 30, 300, 1800)))
        if len(self.everyone) < self.size:
            self.living += [Process() for _ in range(min(10, self.size - len(self.everyone)))]
        for process in self.living.copy():
            self._live(process)

    def _live(self, process: Process) -> None:
        if process.wakes_at is not None and process.wakes_at > self.now:
            return
        process.wakes_at = None
        process.work(self.store, self.now, self.random)
        fate = self.random.random()
        if fate < 0.02:
            self.living.remove(process)
            self.dead.append(process)
        elif fate < 0.15:
            hours = self.random.choice((0.5, 2.5, 4, 9, 30))
            process.wakes_at = self.now + timedelta(hours=hours)
