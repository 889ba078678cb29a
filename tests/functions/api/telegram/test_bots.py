"""The routes of bots, through the functions themselves, with a simulated Telegram."""

from typing import Any

from functions.api.telegram.disconnect_bot.handler import handler as disconnect_bot
from functions.api.telegram.get_bot.handler import handler as get_bot
from functions.api.telegram.list_bots.handler import handler as list_bots
from functions.api.telegram.update_bot.handler import handler as update_bot
from infra.local.simulators.telegram import founding
from infra.local.simulators.telegram.server import SimulatedTelegram
from infra.local.simulators.telegram.webhooks import Settings, Webhook
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.alerting import make_agent
from tests.support.connected_telegram import PATH, PUBLIC, ConnectedBot, connect
from tests.support.events import Answer, call


def rows(table: str) -> int:
    with transaction(SYSTEM):
        row = connection().execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


def update(bot: ConnectedBot, **body: Any) -> Answer:
    sent = {"name": "On call", "agent_id": bot.agent_id, **body}
    return call(update_bot, "PUT", bot.path, headers=bot.owner.headers, body=sent)


def disconnect(bot: ConnectedBot) -> Answer:
    return call(disconnect_bot, "DELETE", bot.path, headers=bot.owner.headers)


class TestConnection:
    def test_sets_a_webhook_of_this_api_with_a_secret(self, bot: ConnectedBot) -> None:
        webhook = bot.bot.webhook
        assert webhook is not None
        assert webhook.settings.url == f"{PUBLIC}/api/v1/telegram/webhook/{bot.id}"
        assert webhook.settings.secret
        assert bot.made["state"] == "active"
        assert bot.made["username"] == "runbook_bot"

    def test_shows_the_token_nowhere_and_keeps_it_encrypted(self, bot: ConnectedBot) -> None:
        shown = call(get_bot, "GET", bot.path, headers=bot.owner.headers)
        listed = call(list_bots, "GET", PATH, headers=bot.owner.headers, query={"total": "true"})
        assert listed.json["items"] == [shown.json]
        assert bot.made == shown.json
        assert bot.bot.token not in shown.text + listed.text
        with transaction(SYSTEM):
            row = (
                connection()
                .execute(
                    "SELECT to_jsonb(c)::text || to_jsonb(s)::text FROM bot_configs c"
                    " JOIN connection_secrets s ON s.id = c.token_id"
                )
                .fetchone()
            )
        assert row
        assert bot.bot.token not in row[0]
        assert bot.bot.token.encode().hex() not in row[0]

    def test_of_a_bot_of_another_account_is_refused(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        boris = make_account("boris")
        answer = connect(boris, make_agent(boris), bot.bot, take_over=True)
        assert (answer.status, answer.json["code"]) == (409, "bot_already_connected")
        assert rows("bot_configs") == 1

    def test_of_a_bot_with_another_webhook_needs_take_over(
        self, anna: Account, agent_id: str, telegram: SimulatedTelegram
    ) -> None:
        bot = founding.add_bot(telegram.world, "other_bot")
        bot.webhook = Webhook(Settings("http://localhost:2/hook"), telegram.world.dice)
        refused = connect(anna, agent_id, bot)
        assert (refused.status, refused.json["code"]) == (409, "bot_has_webhook")
        assert (rows("bot_configs"), rows("connection_secrets")) == (0, 0)
        assert connect(anna, agent_id, bot, take_over=True).status == 201

    def test_with_an_unknown_token_does_not_repeat_it(
        self, anna: Account, agent_id: str, telegram: SimulatedTelegram
    ) -> None:
        bot = founding.add_bot(telegram.world, "revoked_bot")
        del telegram.world.bots[bot.id]
        for token in (bot.token, "1:secret"):
            bot.token = token
            answer = connect(anna, agent_id, bot)
            assert (answer.status, answer.json["code"]) == (422, "invalid_bot_token")
            assert token not in answer.text

    def test_beyond_the_plan_is_refused_until_one_is_disconnected(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        second = founding.add_bot(telegram.world, "second_bot")
        refused = connect(bot.owner, bot.agent_id, second)
        assert (refused.status, refused.json["code"]) == (402, "usage_limit_reached")
        assert second.webhook is None
        assert disconnect(bot).status == 204
        assert connect(bot.owner, bot.agent_id, second).status == 201

    def test_without_the_address_of_this_api_stores_nothing(
        self, anna: Account, agent_id: str, telegram: SimulatedTelegram, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("MARA_PUBLIC_URL", "")
        answer = connect(anna, agent_id, founding.add_bot(telegram.world, "some_bot"))
        assert (answer.status, answer.json["code"]) == (503, "no_public_url")
        assert (rows("bot_configs"), rows("connection_secrets")) == (0, 0)

    def test_while_telegram_is_down_stores_nothing(
        self, anna: Account, agent_id: str, telegram: SimulatedTelegram, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("MARA_TELEGRAM_API_URL", "http://127.0.0.1:1")
        answer = connect(anna, agent_id, founding.add_bot(telegram.world, "some_bot"))
        assert (answer.status, answer.json["code"]) == (503, "telegram_unavailable")
        assert (rows("bot_configs"), rows("connection_secrets")) == (0, 0)


class TestUpdate:
    def test_replaces_the_settings(self, bot: ConnectedBot) -> None:
        answer = update(bot, name="Ночь", language="en", access="anyone", target_chat_id=-100123)
        assert answer.status == 200
        assert (answer.json["name"], answer.json["access"]) == ("Ночь", "anyone")
        assert answer.json["target_chat_id"] == -100123
        assert update(bot).json["target_chat_id"] is None

    def test_replaces_the_limits_of_questions(self, bot: ConnectedBot) -> None:
        limits = {"questions_per_minute": 2, "chat_questions_per_hour": 5, "price_per_day": "1.5"}
        answer = update(bot, **limits)
        assert answer.json.items() >= {**limits, "price_per_day": "1.500000"}.items()
        default = update(bot).json
        assert (default["questions_per_minute"], default["price_per_day"]) == (10, None)
        assert update(bot, questions_per_minute=0).status == 422

    def test_with_a_new_token_sets_the_webhook_that_went_with_the_old_one(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        token = founding.revoke_token(telegram.world, bot.bot)
        assert bot.bot.webhook is None
        answer = update(bot, token=token)
        assert (answer.status, answer.json["state"]) == (200, "active")
        webhook: Webhook | None = bot.bot.webhook
        assert webhook is not None
        assert rows("connection_secrets") == 1


class TestDisconnection:
    def test_deletes_the_webhook_and_forgets_the_token(self, bot: ConnectedBot) -> None:
        assert disconnect(bot).status == 204
        assert bot.bot.webhook is None
        assert (rows("bot_configs"), rows("connection_secrets")) == (0, 0)
        assert call(get_bot, "GET", bot.path, headers=bot.owner.headers).status == 404
        assert disconnect(bot).status == 404
