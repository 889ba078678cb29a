"""Scrapes: all sources of gauges are read at once, within one time limit."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from mara.metrics.model.families import SOURCE_READS
from mara.metrics.service import recorder
from mara.operations.model import Gauge, Scrape
from mara.operations.ports import GaugeSource, GetTotals

GAUGE_LIMIT_S = 0.1
"""How long a scrape waits for a gauge; after that, its last value is shown with its age."""


@dataclass(slots=True)
class ScrapeService:
    """Reads the gauges in threads, at once with the counts; keeps the last values of each source.

    A source that hangs is not asked again before it has answered, so that no threads pile up.
    """

    sources: Sequence[GaugeSource]
    get_totals: GetTotals
    limit_s: float = GAUGE_LIMIT_S
    _running: dict[str, "Future[None]"] = field(default_factory=dict)
    _last: dict[str, tuple[Sequence[Gauge], float]] = field(default_factory=dict)
    _started: float = field(default_factory=time.time)

    def scrape(self) -> Scrape:
        """Return all figures; never raises for a gauge that cannot be read.

        A source that was never read is as old as this service: its silence must raise an alarm.
        """
        deadline = time.monotonic() + self.limit_s
        asked = [source for source in self.sources if source.name not in self._running]
        pool = ThreadPoolExecutor(max_workers=len(self.sources) + 1, thread_name_prefix="gauge")
        self._running |= {source.name: pool.submit(self._read, source) for source in asked}
        pool.shutdown(wait=False)
        totals = self.get_totals()
        wait(self._running.values(), timeout=max(0.0, deadline - time.monotonic()))
        self._count()
        last = dict(self._last)
        at = time.time()
        return Scrape(
            totals,
            [gauge for gauges, _ in last.values() for gauge in gauges],
            {source.name: max(0.0, at - self._read_at(source, last)) for source in self.sources},
        )

    def _read_at(
        self, source: GaugeSource, last: Mapping[str, tuple[Sequence[Gauge], float]]
    ) -> float:
        return last[source.name][1] if source.name in last else self._started

    def _read(self, source: GaugeSource) -> None:
        started = time.time()
        self._last[source.name] = (source.read(), started)

    def _count(self) -> None:
        for name, future in list(self._running.items()):
            if not future.done():
                recorder().count(SOURCE_READS, "late")
                continue
            recorder().count(SOURCE_READS, "failed" if future.exception() else "read")
            del self._running[name]
