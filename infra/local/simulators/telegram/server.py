"""Serves the simulated Telegram on loopback."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette

from infra.local.simulators.serving import served
from infra.local.simulators.telegram.api import BotApi
from infra.local.simulators.telegram.control.http import Control
from infra.local.simulators.telegram.courier import Courier, http_client
from infra.local.simulators.telegram.world import World


@dataclass
class SimulatedTelegram:
    """The simulator: its world, the Bot API in front of it, and who brings updates."""

    world: World = field(default_factory=World)
    api: BotApi = field(init=False)
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
        async with http_client() as client:
            courier = self._courier = Courier(self.world, client)
            running = asyncio.create_task(courier.run())
            try:
                yield
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
                await courier.stop()


@contextmanager
def simulated_telegram(port: int, world: World | None = None) -> Iterator[SimulatedTelegram]:
    """Serve on loopback, from a separate thread."""
    simulated = SimulatedTelegram(world or World())
    with served(simulated.app(), port) as simulated.url:
        yield simulated


def main() -> None:
    """Serve on loopback until SIGTERM; the state is in memory, and the clock the system's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    app = SimulatedTelegram().app()
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
