"""The Bot API by aiogram, against the simulated Telegram with faults."""

from collections.abc import Iterator

import pytest

from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.founding import revoke_token
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.simulators.telegram.world import World
from mara.telegram.adapters.aiogram_api import ALLOWED_UPDATES, AiogramBotApi
from mara.telegram.errors import InvalidBotToken, TelegramUnavailable, WebhookRefused
from tests.support.bots import token_of
from tests.support.loops import run_async
from tests.support.ports import free_port
from tests.support.telegram import NOON, Scene, scene

URL = "https://api.example.com/api/v1/telegram/webhook/1"
SECRET = "s" * 43


@pytest.fixture
def here() -> Iterator[Scene]:
    with simulated_telegram(free_port(), World(Clock(NOON))) as telegram:
        yield scene(telegram)


def api_of(here: Scene) -> AiogramBotApi:
    return AiogramBotApi(here.telegram.url)


def token(here: Scene) -> bytearray:
    return bytearray(here.bot.token.encode())


class TestAiogramBotApi:
    def test_reads_the_account_of_the_bot(self, here: Scene) -> None:
        profile = api_of(here).get_me(token(here))
        assert (profile.telegram_id, profile.username) == (here.bot.user.id, "runbook_bot")
        assert profile.reads_all_group_messages is here.bot.reads_all

    def test_sets_reads_and_deletes_the_webhook(self, here: Scene) -> None:
        api = api_of(here)
        assert api.get_webhook_url(token(here)) == ""
        api.set_webhook(token(here), URL, SECRET, drop_pending_updates=True)
        assert api.get_webhook_url(token(here)) == URL
        assert here.bot.webhook is not None
        settings = here.bot.webhook.settings
        assert (settings.url, settings.secret, settings.connections_max) == (URL, SECRET, 40)
        assert here.bot.queue.allowed == frozenset(ALLOWED_UPDATES)
        api.delete_webhook(token(here))
        api.delete_webhook(token(here))
        assert api.get_webhook_url(token(here)) == ""

    def test_works_inside_a_running_event_loop(self, here: Scene) -> None:
        """A route function runs in one."""

        async def route() -> int:
            return api_of(here).get_me(token(here)).telegram_id

        assert run_async(route()) == here.bot.user.id

    def test_says_that_a_token_is_unknown_revoked_or_malformed(self, here: Scene) -> None:
        old = token(here)
        revoke_token(here.telegram.world, here.bot)
        for wrong in (old, bytearray(token_of(7).encode()), bytearray(b"nothing like a token")):
            with pytest.raises(InvalidBotToken):
                api_of(here).get_me(wrong)

    def test_repeats_the_words_of_a_refused_address(self, here: Scene) -> None:
        with pytest.raises(WebhookRefused) as refused:
            api_of(here).set_webhook(
                token(here), "http://example.com", SECRET, drop_pending_updates=False
            )
        assert "An HTTPS URL must be provided" in str(refused.value.extensions["telegram"])

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(Kind.REFUSED),
            Fault(Kind.REFUSED, code=502, description="Bad Gateway"),
            Fault(Kind.REFUSED, code=429, description="Too Many Requests", retry_after_s=7),
            Fault(Kind.LOST),
        ],
        ids=lambda fault: f"{fault.kind.value} {fault.code}",
    )
    def test_is_unavailable_while_telegram_fails(self, here: Scene, fault: Fault) -> None:
        here.telegram.api.faults.order(fault)
        with pytest.raises(TelegramUnavailable):
            api_of(here).get_me(token(here))
        assert api_of(here).get_me(token(here)).telegram_id == here.bot.user.id

    def test_names_no_token_where_no_server_answers(self, here: Scene) -> None:
        with pytest.raises(TelegramUnavailable) as failed:
            AiogramBotApi(f"http://127.0.0.1:{free_port()}").get_me(token(here))
        error = failed.value
        assert here.bot.token not in f"{error!r} {error.detail} {error.extensions}"
        assert error.__suppress_context__
