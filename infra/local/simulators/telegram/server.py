"""Serves the simulated Telegram on loopback."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from infra.local.simulators.serving import served
from infra.local.simulators.telegram.api import BotApi
from infra.local.simulators.telegram.control.http import Control
from infra.local.simulators.telegram.courier import Courier, http_client
from infra.local.simulators.telegram.keeping import keep, load
from infra.local.simulators.telegram.world import World


@dataclass
class SimulatedTelegram:
    """The simulator: its world, the Bot API in front of it, and who brings updates."""

    world: World = field(default_factory=World)
    api: BotApi = field(init=False)
    state: Path | None = None
    """The file that keeps the world over a restart; None keeps nothing."""
    url: str = ""
    _courier: Courier | None = None

    def __post_init__(self) -> None:
        """Put the Bot API in front of the world."""
        self.api = BotApi(self.world)

    def app(self) -> Starlette:
        """The ASGI application; updates are brought while it is served."""
        control = Control(self.api, self._settle)
        return Starlette(routes=[*control.routes(), *self.api.routes()], lifespan=self._deliver)

    async def _settle(self) -> None:
        if self._courier is None:
            raise RuntimeError("Updates are brought only while the simulator is served.")
        await self._courier.drain()

    @asynccontextmanager
    async def _deliver(self, _: Starlette) -> AsyncIterator[None]:
        async with http_client() as client, AsyncExitStack() as stack:
            if self.state is not None:
                await stack.enter_async_context(_running(keep(self.world, self.state)))
            courier = self._courier = Courier(self.world, client)
            stack.push_async_callback(courier.stop)
            await stack.enter_async_context(_running(courier.run()))
            yield


@asynccontextmanager
async def _running(coroutine: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(coroutine)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@contextmanager
def simulated_telegram(port: int, world: World | None = None) -> Iterator[SimulatedTelegram]:
    """Serve on loopback, from a separate thread."""
    simulated = SimulatedTelegram(world or World())
    with served(simulated.app(), port) as simulated.url:
        yield simulated


def main() -> None:
    """Serve on loopback until SIGTERM, with the clock of the system."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="the file that keeps the chats")
    options = parser.parse_args()
    app = SimulatedTelegram(load(options.state), state=options.state).app()
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
