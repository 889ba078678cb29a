"""Who the bot is, which methods there are, and which tokens are taken."""

import json

import httpx
import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import GetMe, GetStarTransactions, SetMyCommands
from aiogram.types import BotCommand

from infra.local.simulators.telegram import founding
from tests.support.telegram import Scene


class TestGetMe:
    def test_shows_the_account_and_its_privacy_mode(self, here: Scene) -> None:
        me = here.ask(GetMe())
        assert (me.id, me.username, me.is_bot) == (here.bot.id, "runbook_bot", True)
        assert me.can_read_all_group_messages is False
        here.bot.reads_all = True
        assert here.ask(GetMe()).can_read_all_group_messages is True

    def test_takes_its_name_in_any_case_and_by_get(self, here: Scene) -> None:
        address = f"{here.telegram.url}/bot{here.bot.token}/GETME"
        assert httpx.get(address, trust_env=False).json()["result"]["id"] == here.bot.id


class TestTokens:
    def test_that_were_revoked_are_refused(self, here: Scene) -> None:
        old = here.bot.token
        new = founding.revoke_token(here.telegram.world, here.bot)
        with pytest.raises(TelegramUnauthorizedError):
            here.ask_with(GetMe(), old)
        assert here.ask_with(GetMe(), new).id == here.bot.id

    def test_without_form_are_refused(self, here: Scene) -> None:
        answer = httpx.get(f"{here.telegram.url}/botnonsense/getMe", trust_env=False)
        assert answer.status_code == 401
        assert answer.json()["description"] == "Unauthorized: invalid token specified"


class TestMethods:
    def test_that_are_unknown_are_a_404(self, here: Scene) -> None:
        with pytest.raises(TelegramNotFound, match="Not Found: method not found"):
            here.ask(GetStarTransactions())

    def test_take_json(self, here: Scene) -> None:
        address = f"{here.telegram.url}/bot{here.bot.token}/sendMessage"
        body = {"chat_id": here.group.id, "text": "as JSON"}
        answer = httpx.post(address, json=body, trust_env=False)
        assert answer.json()["result"]["text"] == "as JSON"

    @pytest.mark.parametrize("body", [b"{", b"[]", b'{"chat_id": "x", "text": "a"}'])
    def test_refuse_what_is_no_request(self, here: Scene, body: bytes) -> None:
        address = f"{here.telegram.url}/bot{here.bot.token}/sendMessage"
        headers = {"content-type": "application/json"}
        answer = httpx.post(address, content=body, headers=headers, trust_env=False)
        assert answer.status_code == 400
        assert answer.json()["ok"] is False

    def test_refuse_lone_surrogates(self, here: Scene) -> None:
        address = f"{here.telegram.url}/bot{here.bot.token}/sendMessage"
        body = json.dumps({"chat_id": here.group.id, "text": "\ud800"})
        headers = {"content-type": "application/json"}
        answer = httpx.post(address, content=body, headers=headers, trust_env=False)
        assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


class TestSetMyCommands:
    def test_keeps_them_by_language(self, here: Scene) -> None:
        commands = [BotCommand(command="ask", description="Ask the documents")]
        assert here.ask(SetMyCommands(commands=commands, language_code="en"))
        assert [list(one) for one in here.bot.commands.values()] == [
            [{"command": "ask", "description": "Ask the documents"}]
        ]

    def test_refuses_a_name_that_is_none(self, here: Scene) -> None:
        commands = [BotCommand(command="Ask!", description="Ask")]
        with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
            here.ask(SetMyCommands(commands=commands))
