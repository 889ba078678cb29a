"""The sender of Telegram's messages, against a simulated Telegram."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local.simulators.telegram.server import simulated_telegram
from mara.platform.settings.telegram import telegram_settings
from mara.wiring import telegram_sending
from tests.support.ports import free_port
from tests.support.telegram import Scene, scene


@contextmanager
def sending_to_a_simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A simulator with a scene, which the functions reach during the block."""
    with simulated_telegram(free_port()) as telegram:
        monkeypatch.setenv("MARA_TELEGRAM_API_URL", telegram.url)
        telegram_settings.cache_clear()
        telegram_sending.sending_service.cache_clear()
        yield scene(telegram)
    telegram_settings.cache_clear()
    telegram_sending.sending_service.cache_clear()
