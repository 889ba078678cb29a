"""Serves the simulated Telegram on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette

from infra.local.simulators.serving import served
from infra.local.simulators.telegram.api import BotApi
from infra.local.simulators.telegram.world import World


@dataclass
class SimulatedTelegram:
    """The simulator: its world, and the Bot API in front of it."""

    world: World = field(default_factory=World)
    api: BotApi = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        """Put the Bot API in front of the world."""
        self.api = BotApi(self.world)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=self.api.routes())


@contextmanager
def simulated_telegram(port: int, world: World | None = None) -> Iterator[SimulatedTelegram]:
    """Serve on loopback, from a separate thread."""
    simulated = SimulatedTelegram(world or World())
    with served(simulated.app(), port) as simulated.url:
        yield simulated
