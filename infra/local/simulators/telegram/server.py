"""Serves the simulated Telegram on loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from starlette.applications import Starlette

from infra.local.simulators.serving import served
from infra.local.simulators.telegram.api import BotApi
from infra.local.simulators.telegram.courier import Courier, http_client
from infra.local.simulators.telegram.world import World


@dataclass
class SimulatedTelegram:
    """The simulator: its world, the Bot API in front of it, and who brings updates."""

    world: World = field(default_factory=World)
    api: BotApi = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        """Put the Bot API in front of the world."""
        self.api = BotApi(self.world)

    def app(self) -> Starlette:
        """The ASGI application; updates are brought while it is served."""
        return Starlette(routes=self.api.routes(), lifespan=self._deliver)

    @asynccontextmanager
    async def _deliver(self, _: Starlette) -> AsyncIterator[None]:
        async with http_client() as client:
            courier = Courier(self.world, client)
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
