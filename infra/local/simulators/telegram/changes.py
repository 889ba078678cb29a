"""Lets coroutines wait until something happens in the simulated Telegram."""

import asyncio
from contextlib import suppress
from typing import Self

from infra.local.simulators.telegram.world import World


class Changes:
    """Lets a coroutine wait until the world changes, from whichever thread."""

    def __init__(self, world: World) -> None:
        """Wait for changes of this world."""
        self._world = world
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._world.listeners.append(self._wake)
        return self

    def __exit__(self, *_: object) -> None:
        self._world.listeners.remove(self._wake)

    def clear(self) -> None:
        """Forget the changes up to now."""
        self._changed.clear()

    async def wait(self, seconds: float | None) -> None:
        """Wait for the next change, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)
