"""The control surface: what another process does with the simulator."""

from typing import Any

import httpx
import pytest
from aiogram.exceptions import TelegramRetryAfter, TelegramServerError
from aiogram.methods import AnswerCallbackQuery, GetMe, SendMessage, SetWebhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.simulators.serving import served
from infra.local.simulators.telegram.control.actions import ACTIONS, MEMBERSHIP
from tests.support.ports import free_port
from tests.support.telegram import NOON, Scene


def post(here: Scene, action: str, **body: Any) -> Any:
    answer = httpx.post(f"{here.telegram.url}/control/{action}", json=body, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(here: Scene, action: str, **body: Any) -> str:
    answer = httpx.post(f"{here.telegram.url}/control/{action}", json=body, trust_env=False)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"])


def state(here: Scene) -> Any:
    return httpx.get(f"{here.telegram.url}/control/state", trust_env=False).json()


class TestFounding:
    def test_makes_people_bots_and_chats_that_work(self, here: Scene) -> None:
        sam = post(here, "users", first_name="Sam", language_code="en")["id"]
        bot = post(here, "bots", username="new_bot", reads_all=True)
        kinds = {"type": "supergroup", "is_forum": True}
        forum = post(here, "chats", title="Forum", owner_id=sam, **kinds)["id"]
        post(here, "chats/members", chat_id=forum, user_id=bot["id"], by_id=sam, becomes="member")
        topic = post(here, "topics", chat_id=forum, by_id=sam, name="Disks")["id"]
        post(here, "say", chat_id=forum, user_id=sam, text="disk?", topic_id=topic)
        sent = here.ask_with(
            SendMessage(chat_id=forum, text="section", message_thread_id=topic), bot["token"]
        )
        shown = next(chat for chat in state(here)["chats"] if chat["id"] == forum)
        last = [(one["from"], one["text"], one["topic_id"]) for one in shown["messages"][-2:]]
        assert last == [("Sam", "disk?", topic), ("new_bot", "section", topic)]
        assert shown["messages"][-1]["id"] == sent.message_id

    def test_revokes_tokens(self, here: Scene) -> None:
        token = post(here, "bots/revoke", bot_id=here.bot.id)["token"]
        assert here.ask_with(GetMe(), token).id == here.bot.id

    def test_upgrades_and_links(self, here: Scene) -> None:
        basic = post(here, "chats", title="Basic", type="group", owner_id=here.owner.id)["id"]
        new = post(here, "chats/upgrade", chat_id=basic, by_id=here.owner.id)["id"]
        channel = post(here, "chats", title="News", type="channel", owner_id=here.owner.id)["id"]
        post(here, "chats/link", channel_id=channel, chat_id=new)
        post(here, "say", chat_id=channel, user_id=here.owner.id, text="Version 2")
        shown = {chat["id"]: chat for chat in state(here)["chats"]}
        assert basic not in shown
        assert [one["text"] for one in shown[new]["messages"]][-1] == "Version 2"

    @pytest.mark.parametrize("becomes", MEMBERSHIP)
    def test_changes_members(self, here: Scene, becomes: str) -> None:
        body = {"chat_id": here.group.id, "user_id": here.bot.id, "by_id": here.owner.id}
        post(here, "chats/members", **body, becomes=becomes)
        assert here.bot.id in here.group.members


class TestPeople:
    def test_talk_to_a_bot_in_private_and_block_it(self, here: Scene) -> None:
        chat = {"chat_id": here.ann.id, "bot_id": here.bot.id}
        number = post(here, "say", **chat, user_id=here.ann.id, text="/start")["message_id"]
        post(here, "edit", **chat, message_id=number, text="/help")
        post(here, "block", **chat)
        assert here.kinds() == ["message", "edited_message", "my_chat_member"]
        assert "blocked" in refusal(here, "say", **chat, user_id=here.ann.id, text="?")
        post(here, "block", **chat, ends=True)
        assert here.kinds() == ["my_chat_member"]

    def test_press_and_see_the_answer(self, here: Scene) -> None:
        buttons = {"inline_keyboard": [[{"text": "Helped", "callback_data": "+1"}]]}
        body = {"chat_id": here.group.id, "text": "section", "reply_markup": buttons}
        address = f"{here.telegram.url}/bot{here.bot.token}/sendMessage"
        sent = httpx.post(address, json=body, trust_env=False).json()["result"]["message_id"]
        message = {"chat_id": here.group.id, "message_id": sent}
        press = post(here, "press", **message, user_id=here.ann.id, data="+1")["id"]
        assert state(here)["answers"] == {}
        here.ask(AnswerCallbackQuery(callback_query_id=press, text="Thank you"))
        assert state(here)["answers"][press]["text"] == "Thank you"


class TestClockLimitsAndFaults:
    def test_are_set(self, here: Scene) -> None:
        assert post(here, "clock", advance_s=90)["now"] == NOON + 90
        post(here, "limits", chat=[1, 60], retry_after_s=17)
        here.send()
        with pytest.raises(TelegramRetryAfter) as refused:
            here.send()
        assert refused.value.retry_after == 17
        post(here, "limits")
        post(here, "clock", advance_s=17)
        post(here, "faults", kind="refused", method="sendMessage", code=502)
        with pytest.raises(TelegramServerError):
            here.send()
        calls = httpx.get(f"{here.telegram.url}/control/calls", trust_env=False)
        assert [call["status"] for call in calls.json()["calls"]] == [200, 429, 502]
        assert here.bot.token not in calls.text

    def test_settle_brings_what_is_due(self, here: Scene) -> None:
        came: list[bytes] = []

        async def take(request: Request) -> Response:
            came.append(await request.body())
            return Response()

        hook = Starlette(routes=[Route("/", take, methods=["POST"])])
        with served(hook, free_port()) as url:
            here.ask(SetWebhook(url=url))
            text = "@runbook_bot disk?"
            post(here, "say", chat_id=here.group.id, user_id=here.ann.id, text=text)
            post(here, "settle")
            assert len(came) == 1


class TestRefusals:
    @pytest.mark.parametrize("action", [*ACTIONS, "faults"])
    def test_of_empty_bodies_say_what_is_missing(self, here: Scene, action: str) -> None:
        if action != "limits":
            assert "is missing" in refusal(here, action)

    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("say", {"chat_id": -1, "user_id": 1, "text": "x"}),
            ("say", {"chat_id": True, "user_id": 1, "text": "x"}),
            ("clock", {"advance_s": -1}),
            ("limits", {"chat": [0, 1]}),
            ("limits", {"bot": "many"}),
            ("faults", {"kind": "nice"}),
            ("bots/revoke", {"bot_id": 1}),
            ("users", {"first_name": 5}),
        ],
    )
    def test_of_wrong_values_are_a_400(
        self, here: Scene, action: str, body: dict[str, Any]
    ) -> None:
        assert refusal(here, action, **body)

    def test_keep_pages_of_the_internet_away(self, here: Scene) -> None:
        address = f"{here.telegram.url}/control/state"
        answer = httpx.get(address, headers={"host": "a.example"}, trust_env=False)
        assert answer.status_code == 421
        address = f"{here.telegram.url}/control/clock"
        answer = httpx.post(address, content='{"advance_s": 1}', trust_env=False)
        assert answer.status_code == 415
        headers = {"content-type": "application/json"}
        for content in ("[]", "{", b"\xff"):
            answer = httpx.post(address, content=content, headers=headers, trust_env=False)
            assert answer.status_code == 400
