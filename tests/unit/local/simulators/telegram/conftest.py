"""A simulated Telegram whose clock stands still."""

from collections.abc import Iterator

import pytest

from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.simulators.telegram.world import World
from tests.support.ports import free_port
from tests.support.telegram import NOON, Scene, scene


@pytest.fixture
def here() -> Iterator[Scene]:
    with simulated_telegram(free_port(), World(Clock(NOON))) as telegram:
        yield scene(telegram)
