"""POST /api/v1/telegram/webhook/{config_id}, as Telegram calls it."""

import json
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from functions.api.telegram.disconnect_bot.handler import handler as disconnect_bot
from functions.api.telegram.receive_update.handler import handler as receive_update
from infra.local.simulators.telegram.webhooks import SECRET_HEADER
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.telegram.model.update import UPDATE_BYTES_MAX
from mara.wiring import telegram as wiring
from tests.support.connected_telegram import ConnectedBot
from tests.support.events import Answer, call
from tests.support.parallel import outcomes

WEBHOOK = "/api/v1/telegram/webhook"


def message(update_id: int = 7, **more: Any) -> bytes:
    return json.dumps(
        {"update_id": update_id, "message": {"chat": {"id": -100}, "text": "\x00 \ud800"}, **more}
    ).encode()


def secret_of(bot: ConnectedBot) -> str:
    assert bot.bot.webhook is not None
    return bot.bot.webhook.settings.secret or ""


def post(
    bot: ConnectedBot, body: bytes, secret: str | None = None, config_id: Any = None
) -> Answer:
    headers = {
        SECRET_HEADER: secret_of(bot) if secret is None else secret,
        "content-type": "application/json",
    }
    path = f"{WEBHOOK}/{config_id or bot.id}"
    return call(receive_update, "POST", path, headers=headers, raw=body)


def claimed() -> list[tuple[int, str, bytes]]:
    with transaction(SYSTEM):
        query = "SELECT update_id, lane, body FROM bot_updates ORDER BY position"
        return connection().execute(query).fetchall()


class TestUpdate:
    def test_is_stored_raw_in_its_lane_once(self, bot: ConnectedBot) -> None:
        first, again = post(bot, message()), post(bot, message(text="another"))
        assert (first.status, first.json) == (200, {"is_repeated": False})
        assert (again.status, again.json) == (200, {"is_repeated": True})
        assert claimed() == [(7, "chat:-100", message())]

    def test_of_ten_deliveries_at_once_is_claimed_and_rung_for_once(
        self, bot: ConnectedBot
    ) -> None:
        """Ring before the claim, or ask first whether it is there, to see it fail."""
        secret, service = secret_of(bot), wiring.update_reception_service()
        found = outcomes(lambda _: str(service.receive(bot.id, secret, message())), range(10))
        assert sorted(found) == ["False"] * 9 + ["True"]
        assert len(claimed()) == 1

    def test_is_not_claimed_where_the_doorbell_cannot_be_stored(
        self, bot: ConnectedBot, as_owner: psycopg.Connection[Any]
    ) -> None:
        """Store the doorbell after the commit to see it fail: the lane would never be handled."""
        refuse = (
            "ALTER TABLE outbox ADD CONSTRAINT none CHECK (queue <> 'handle-updates') NOT VALID"
        )
        as_owner.execute(refuse)
        assert post(bot, message()).status == 503
        assert claimed() == []
        as_owner.execute("ALTER TABLE outbox DROP CONSTRAINT none")
        assert post(bot, message()).json == {"is_repeated": False}

    @pytest.mark.parametrize("secret", ["", "wrong", "ы"])
    def test_without_the_secret_is_refused_and_not_stored(
        self, bot: ConnectedBot, secret: str
    ) -> None:
        answer = post(bot, message(), secret)
        assert (answer.status, answer.json["code"]) == (403, "wrong_webhook_secret")
        assert claimed() == []

    def test_of_an_unknown_bot_is_404_and_of_one_that_was_disconnected_410(
        self, bot: ConnectedBot
    ) -> None:
        assert post(bot, message(), config_id=new_id()).status == 404
        secret = secret_of(bot)
        call(disconnect_bot, "DELETE", bot.path, headers=bot.owner.headers)
        for sent in (secret, "wrong"):
            answer = post(bot, message(), sent)
            assert (answer.status, answer.json["code"]) == (410, "bot_disconnected")

    def test_over_a_megabyte_is_refused(self, bot: ConnectedBot) -> None:
        """Lambda receives the bytes in base64, a third more."""
        assert post(bot, message(filler="x" * UPDATE_BYTES_MAX)).status == 413
        assert claimed() == []
        assert post(bot, message(filler="x" * (UPDATE_BYTES_MAX * 2 // 3))).status == 200

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"no json",
            b"[1]",
            b"{}",
            b'{"update_id": true}',
            b'{"update_id": -1}',
            b'{"update_id": 9223372036854775808}',
            b'{"update_id": "7"}',
            b"[" * 200_000,
            b"\xff\xfe",
        ],
    )
    def test_that_telegram_never_sends_is_refused(self, bot: ConnectedBot, body: bytes) -> None:
        answer = post(bot, body)
        assert (answer.status, answer.json["code"]) == (422, "malformed_update")
        assert claimed() == []


class TestFailure:
    def test_of_the_database_is_503_at_which_telegram_repeats_at_once(
        self, bot: ConnectedBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Telegram would obey a Retry-After."""
        monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara_app@127.0.0.1:9/none")
        disconnect()
        answer = post(bot, message())
        assert (answer.status, answer.json["code"]) == (503, "not_taken")
        assert "retry-after" not in {name.lower() for name in answer.headers}


def test_the_function_imports_no_aiogram() -> None:
    code = (
        "import sys, functions.api.telegram.receive_update.handler as found; "
        "from mara.wiring.telegram import update_reception_service as made; made(); "
        "print([name for name in sys.modules if name.startswith(('aiogram', 'aiohttp'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
