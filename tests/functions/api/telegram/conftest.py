"""A simulated Telegram, queues that take the doorbells, and an account with an agent."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.simulators.telegram.server import SimulatedTelegram
from tests.support.accounts import Account, make_account
from tests.support.alerting import make_agent
from tests.support.cloud import cloud_of_moto
from tests.support.connected_telegram import ConnectedBot, make_connected_bot, telegram_connected


@pytest.fixture(autouse=True)
def cloud() -> Iterator[Any]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedTelegram]:
    with telegram_connected(monkeypatch) as served:
        yield served


@pytest.fixture
def anna(database: str) -> Account:
    return make_account("anna")


@pytest.fixture
def agent_id(anna: Account) -> str:
    return make_agent(anna)


@pytest.fixture
def bot(anna: Account, agent_id: str, telegram: SimulatedTelegram) -> ConnectedBot:
    return make_connected_bot(anna, agent_id, telegram)
