"""The schedule ring-telegram, through the function itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.schedules.ring_telegram.handler import handler as ring_telegram
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.bot_config import BotConfig, BotState
from mara.telegram.model.outgoing import OutgoingMessage, OutgoingState
from mara.telegram.model.update import ClaimedUpdate
from mara.telegram.service.ringing import REVOKED, REVOKED_KEPT
from tests.support.money import make_owner
from tests.support.outgoing import make_message
from tests.support.stored_bots import add_bot

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def config() -> BotConfig:
    return add_bot(make_owner())


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    queues: list[str] = []
    monkeypatch.setattr("mara.platform.sqs.send", lambda queue, *_: queues.append(queue))
    monkeypatch.setattr("mara.platform.sns.publish", lambda event, *_: queues.append(event))
    return queues


def add(config: BotConfig, age: timedelta = timedelta(0)) -> OutgoingMessage:
    message = make_message(config.id, config.owner_id, due_at=now() - age)
    with transaction(config.owner_id):
        PostgresOutgoingMessages().add(message)
    return message


class TestRingTelegram:
    def test_rings_for_bots_with_due_messages(self, config: BotConfig, rung: list[str]) -> None:
        assert ring_telegram({}, None)["result"] == {"bots": 0, "lanes": 0, "given_up": 0}
        add(config, timedelta(hours=-1))
        assert ring_telegram({}, None)["result"] == {"bots": 0, "lanes": 0, "given_up": 0}
        add(config)
        assert ring_telegram({}, None)["result"] == {"bots": 1, "lanes": 0, "given_up": 0}
        assert rung == ["send-telegram"]

    def test_rings_for_lanes_with_due_updates(self, config: BotConfig, rung: list[str]) -> None:
        update = ClaimedUpdate(config.id, config.owner_id, 7, "chat:1", b"{}", now())
        with transaction(config.owner_id):
            PostgresUpdates().claim(update)
        assert ring_telegram({}, None)["result"] == {"bots": 0, "lanes": 1, "given_up": 0}
        assert rung == ["handle-updates"]

    def test_gives_up_what_waited_a_day_for_a_revoked_token(
        self, config: BotConfig, rung: list[str]
    ) -> None:
        old, young = add(config, REVOKED_KEPT + timedelta(minutes=1)), add(config)
        with transaction(config.owner_id):
            PostgresBotConfigs().save(replace(config, state=BotState.REVOKED))
        assert ring_telegram({}, None)["result"] == {"bots": 0, "lanes": 0, "given_up": 1}
        assert rung == ["message-undelivered"]
        with transaction(config.owner_id):
            states = [PostgresOutgoingMessages().get(one.owner_id, one.id) for one in (old, young)]
        assert [one and (one.state, one.reason) for one in states] == [
            (OutgoingState.FAILED, REVOKED),
            (OutgoingState.QUEUED, None),
        ]
