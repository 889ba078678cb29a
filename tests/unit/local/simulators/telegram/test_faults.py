"""Faults that a test orders."""

import asyncio

import pytest
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetMe, SendMessage

from infra.local.simulators.telegram.faults import Fault, Kind
from tests.support.telegram import Scene


def sent(here: Scene) -> list[str]:
    return [one.text for one in here.group.messages.values() if one.bot_id]


class TestFaults:
    def test_refuse_as_often_as_ordered(self, here: Scene) -> None:
        fault = Fault(Kind.REFUSED, "sendMessage", times=2, code=502, description="Bad Gateway")
        here.telegram.api.faults.order(fault)
        for _ in range(2):
            with pytest.raises(TelegramServerError, match="Bad Gateway"):
                here.send()
        assert sent(here) == []
        here.send()
        assert [call.status for call in here.telegram.api.calls] == [502, 502, 200]

    def test_name_a_time_to_wait(self, here: Scene) -> None:
        fault = Fault(Kind.REFUSED, code=429, description="Too Many Requests", retry_after_s=60)
        here.telegram.api.faults.order(fault)
        with pytest.raises(TelegramRetryAfter) as refused:
            here.send()
        assert refused.value.retry_after == 60

    def test_concern_their_method_and_chat(self, here: Scene) -> None:
        here.telegram.api.faults.order(Fault(Kind.REFUSED, chat_id=here.group.id))
        assert here.ask(GetMe()).id == here.bot.id
        with pytest.raises(TelegramServerError):
            here.send()

    @pytest.mark.parametrize("performed", [True, False])
    def test_lose_the_answer(self, here: Scene, performed: bool) -> None:
        here.telegram.api.faults.order(Fault(Kind.LOST, performed=performed))
        with pytest.raises(TelegramNetworkError):
            here.send("once")
        assert sent(here) == (["once"] if performed else [])

    @pytest.mark.parametrize("performed", [True, False])
    def test_let_the_caller_wait(self, here: Scene, performed: bool) -> None:
        here.telegram.api.faults.order(Fault(Kind.SILENT, performed=performed))
        method = SendMessage(chat_id=here.group.id, text="once")
        with pytest.raises((TelegramNetworkError, asyncio.TimeoutError)):
            here.ask_with(method, here.bot.token, timeout_s=0.3)
        assert sent(here) == (["once"] if performed else [])

    def test_that_are_performed_can_answer_with_an_error(self, here: Scene) -> None:
        here.telegram.api.faults.order(Fault(Kind.REFUSED, performed=True))
        with pytest.raises(TelegramServerError):
            here.send("once")
        assert sent(here) == ["once"]
