"""The consumer of send-telegram, through the function itself, with a simulated Telegram."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest

from functions.queues.send_telegram.handler import handler as send_telegram
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.platform import sqs
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.messages import MessagesWait
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.outgoing import OutgoingState
from mara.wiring.connection_secrets import secret_store
from mara.wiring.telegram_sending import outgoing_queue
from tests.support.bots import make_config
from tests.support.money import make_owner
from tests.support.outgoing import make_message
from tests.support.simulated_sending import sending_to_a_simulator
from tests.support.telegram import Scene

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with sending_to_a_simulator(monkeypatch) as found:
        yield found


def connected(here: Scene) -> BotConfig:
    owner_id, tokens = make_owner(), secret_store()
    token = tokens.seal(owner_id, Secret(bytearray(here.bot.token.encode())))
    config = make_config(owner_id, token.id, here.bot.user.id)
    with transaction(owner_id):
        tokens.add(token)
        PostgresBotConfigs().add(config)
    return config


def ring(config_id: UUID, owner_id: UUID) -> None:
    body = MessagesWait(config_id=config_id, owner_id=owner_id).model_dump_json()
    record = {"messageId": "1", "body": body}
    assert send_telegram({"Records": [record]}, None) == {"batchItemFailures": []}


class TestSendTelegram:
    def test_sends_what_waits_once(self, here: Scene) -> None:
        config = connected(here)
        message = make_message(
            config.id, config.owner_id, here.group.id, "one", "two", due_at=now()
        )
        with transaction(config.owner_id):
            outgoing_queue().queue_messages([message])
        for _ in range(2):
            ring(config.id, config.owner_id)
        shown = [one for one in here.group.messages.values() if one.bot_id == here.bot.id]
        assert [one.text for one in shown] == ["one", "two"]
        with transaction(config.owner_id):
            stored = PostgresOutgoingMessages().get(config.owner_id, message.id)
        assert stored is not None
        assert (stored.state, stored.telegram_ids) == (
            OutgoingState.SENT,
            tuple(one.id for one in shown),
        )

    def test_rings_later_for_a_chat_that_must_wait(
        self, here: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rung: list[tuple[str, str, int, str]] = []
        monkeypatch.setattr(sqs, "send_later", lambda *args: rung.append(args))
        here.telegram.world.budgets.pause(here.bot.id, here.group.id, 40, here.telegram.world.now())
        config = connected(here)
        message = make_message(config.id, config.owner_id, here.group.id, due_at=now())
        with transaction(config.owner_id):
            outgoing_queue().queue_messages([message])
        ring(config.id, config.owner_id)
        ((queue, body, delay_s, _),) = rung
        assert queue == "send-telegram"
        assert json.loads(body) == {"config_id": str(config.id), "owner_id": str(config.owner_id)}
        assert 20 < delay_s <= 40

    def test_acknowledges_a_doorbell_of_a_bot_that_is_gone(self) -> None:
        ring(new_id(), new_id())
