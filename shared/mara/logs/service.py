"""Ships batches of log lines to the log store."""

from collections.abc import Callable
from dataclasses import dataclass

from mara.logs.errors import LinesRefused, LogStoreUnavailable
from mara.logs.model import LogBatch, LogEntry, entries, pushes
from mara.logs.ports import LogStore

TRIES = 3
WAIT_S, WAIT_S_MAX = 0.5, 5.0


@dataclass(frozen=True, slots=True)
class Shipped:
    """How many lines the store took, and how many it will never take."""

    stored: int
    dropped: int


@dataclass(frozen=True, slots=True)
class LogShipping:
    """Pushes at most 1 MB at once, and each push at most three times."""

    store: LogStore
    wait: Callable[[float], None]
    """Waits for so many seconds."""

    def ship(self, batch: LogBatch) -> Shipped:
        """Push the lines of one stream.

        Lines that the store refuses for ever are dropped, and counted. Raises LogStoreUnavailable
        after the third try: the lines before may be pushed again, with the same times.
        """
        stored = dropped = 0
        for push in pushes(list(entries(batch))):
            try:
                self._push(batch.function, push)
                stored += len(push)
            except LinesRefused:
                dropped += len(push)
        return Shipped(stored, dropped)

    def _push(self, function: str, push: list[LogEntry]) -> None:
        for attempt in range(TRIES - 1):
            try:
                return self.store.push(function, push)
            except LogStoreUnavailable as error:
                self.wait(min(max(WAIT_S * 4**attempt, error.asked_wait_s), WAIT_S_MAX))
        return self.store.push(function, push)
