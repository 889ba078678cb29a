"""How many requests the front door forwards at once; further ones wait in a queue.

Each request that the emulator serves takes a process of its own, which costs some 90 MB and a
second of CPU when it starts. API Gateway would throttle as well, at another number.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PER_ROUTE = 8
IN_ALL = max(16, 4 * (os.cpu_count() or 1))
LONG_POLLS = 8
"""Requests that wait for an event, counted by themselves, for they use no CPU."""
WAITING_MAX = 256
WAIT_MAX_S = 20.0
"""Less than the 29 s after which API Gateway gives up."""
RETRY_AFTER_S = 2


class Busy(Exception):
    """No slot became free in time, or too many requests wait already."""


@dataclass
class Slots:
    """The slots of all routes; a request holds one of its route and one of all."""

    per_route: int = PER_ROUTE
    in_all: int = IN_ALL
    long_polls: int = LONG_POLLS
    waiting_max: int = WAITING_MAX
    wait_max_s: float = WAIT_MAX_S
    _waiting: int = 0
    _used: Counter[str] = field(default_factory=Counter)
    _freed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def of(self, route: str, *, is_long_poll: bool = False) -> AsyncIterator[None]:
        """Hold a slot for a request of this route, after a wait. Raises Busy."""
        pool, pool_max = ("long polls", self.long_polls) if is_long_poll else ("all", self.in_all)

        def has_room() -> bool:
            return self._used[pool] < pool_max and self._used[route] < self.per_route

        async with self._freed:
            if not has_room():
                await self._wait(has_room)
            self._used.update((pool, route))
        try:
            yield
        finally:
            async with self._freed:
                self._used.subtract((pool, route))
                self._used += Counter()  # drops the routes that are at zero
                self._freed.notify_all()

    async def _wait(self, has_room: Callable[[], bool]) -> None:
        """Wait in the queue, with the lock held. Raises Busy."""
        if self._waiting >= self.waiting_max:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(self.wait_max_s):
                await self._freed.wait_for(has_room)
        except TimeoutError as error:
            raise Busy from error
        finally:
            self._waiting -= 1
