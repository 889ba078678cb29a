"""The schedule watch-bots, through the function itself, with a simulated Telegram."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.schedules.watch_bots.handler import handler as watch_bots
from infra.local.simulators.telegram import founding
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.server import SimulatedTelegram
from infra.local.simulators.telegram.webhooks import Settings, Webhook
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.model.bot_config import BotConfig, BotState
from tests.support.accounts import make_account
from tests.support.alerting import make_agent
from tests.support.cloud import cloud_of_moto
from tests.support.connected_telegram import ConnectedBot, make_connected_bot, telegram_connected


@pytest.fixture(autouse=True)
def cloud(database: str) -> Iterator[Any]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedTelegram]:
    with telegram_connected(monkeypatch) as served:
        yield served


@pytest.fixture
def bot(telegram: SimulatedTelegram) -> ConnectedBot:
    anna = make_account("anna")
    return make_connected_bot(anna, make_agent(anna), telegram)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    published: list[str] = []
    monkeypatch.setattr("mara.platform.sns.publish", lambda event, *_: published.append(event))
    return published


def let_an_hour_pass() -> None:
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE bot_configs SET checked_at = checked_at - interval '1 hour',"
            " updated_at = updated_at - interval '1 hour'"
        )


def tick() -> Any:
    let_an_hour_pass()
    return watch_bots({}, None)["result"]


def config(bot: ConnectedBot) -> BotConfig:
    with transaction(bot.owner.id):
        return PostgresBotConfigs().get(bot.owner.id, bot.id)


class TestWatchBots:
    def test_checks_each_bot_once_an_hour(self, bot: ConnectedBot, events: list[str]) -> None:
        assert watch_bots({}, None)["result"] == {}
        assert tick() == {"active": 1}
        assert watch_bots({}, None)["result"] == {}
        assert events == []

    @pytest.mark.parametrize("url", ["https://other.example.com/hook", ""])
    def test_tells_once_that_a_webhook_was_taken_and_sees_it_come_back(
        self, bot: ConnectedBot, telegram: SimulatedTelegram, events: list[str], url: str
    ) -> None:
        before = bot.bot.webhook
        bot.bot.webhook = Webhook(Settings(url), telegram.world.dice) if url else None
        assert [tick(), tick()] == [{"webhook_taken": 1}] * 2
        assert events == ["bot-webhook-taken"]
        bot.bot.webhook = before
        assert tick() == {"active": 1}
        assert config(bot).state is BotState.ACTIVE

    def test_tells_once_that_a_token_was_revoked(
        self, bot: ConnectedBot, telegram: SimulatedTelegram, events: list[str]
    ) -> None:
        founding.revoke_token(telegram.world, bot.bot)
        assert [tick(), tick()] == [{"token_revoked": 1}, {}]
        assert events == ["bot-token-revoked"]
        assert config(bot).state is BotState.REVOKED

    def test_changes_nothing_while_telegram_fails(
        self, bot: ConnectedBot, telegram: SimulatedTelegram, events: list[str]
    ) -> None:
        telegram.api.faults.order(Fault(Kind.REFUSED, times=2))
        before = config(bot)
        assert tick() == {"active": 1}
        assert config(bot).state is before.state
        assert events == []

    def test_remembers_since_when_privacy_mode_is_off(
        self, bot: ConnectedBot, events: list[str]
    ) -> None:
        tick()
        assert config(bot).reads_all_since is None
        bot.bot.reads_all = True
        tick()
        since = config(bot).reads_all_since
        assert since is not None
        assert now() - since < timedelta(minutes=1)
        tick()
        assert config(bot).reads_all_since == since
        bot.bot.reads_all = False
        tick()
        assert config(bot).reads_all_since is None
