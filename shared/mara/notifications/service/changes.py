"""Waiting for changes of the caller's objects (long polling)."""

from collections.abc import Callable
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.notifications.model import ChangeBatch
from mara.notifications.ports import Changes

PAUSE_FIRST_S = 0.25
PAUSE_MAX_S = 1.0
"""The pauses between two looks double from the first to the longest: 22 looks in 20 seconds."""


@dataclass(frozen=True, slots=True)
class ChangeService:
    """Reads the changes of the caller's objects.

    It looks again and again, each time in a transaction of its own: a pooler lends a connection
    for a transaction, so that LISTEN is not possible, and an open transaction would hold one.
    """

    changes: Changes
    unit_of_work: UnitOfWork
    now: Clock
    sleep: Callable[[float], None]
    """Waits for a number of seconds."""
    monotonic_s: Callable[[], float]

    def wait(
        self, caller: Principal, after: str | None, *, wait_s: float, limit: int
    ) -> ChangeBatch:
        """Return the changes after a cursor; wait up to ``wait_s`` seconds until there is one.

        Raises InvalidCursor, CursorExpired.
        """
        deadline = self.monotonic_s() + wait_s
        pause = PAUSE_FIRST_S
        while True:
            with self.unit_of_work(caller.user_id):
                batch = self.changes.read(caller.user_id, after, limit, now=self.now())
            remaining = deadline - self.monotonic_s()
            if batch.changes or remaining <= 0:
                return batch
            after = batch.cursor
            self.sleep(min(pause, remaining))
            pause = min(2 * pause, PAUSE_MAX_S)
