"""GET /api/v1/telegram/alerts, through the function itself."""

from typing import Any

import pytest

from functions.api.alerts.list_alerts.handler import handler as list_alerts
from functions.api.alerts.list_chat_alerts.handler import handler as list_chat_alerts
from mara.platform.database import connection, transaction
from tests.support.accounts import make_account
from tests.support.alert_chats import CHAT, Chat
from tests.support.alerting import API, make_agent, make_intake, work
from tests.support.chat_rules import WatchedChat, give_place, watched_chat
from tests.support.cloud import Cloud
from tests.support.events import call
from tests.support.stored_bots import add_bot

NAMES = "KubePodCrashLooping"


@pytest.fixture
def chat(database: str, cloud: Cloud) -> WatchedChat:
    return watched_chat()


def listed(chat: WatchedChat, **query: str) -> list[dict[str, Any]]:
    path, headers = f"{API}/telegram/alerts", chat.owner.headers
    found = call(list_chat_alerts, "GET", path, headers=headers, query=query)
    assert found.status == 200, found.text
    items: list[dict[str, Any]] = found.json["items"]
    return items


def shown(chat: WatchedChat) -> Chat:
    """The chat as alerts are posted to it."""
    intake = make_intake(chat.owner, agent_id=chat.agent_id)
    posted = Chat(intake, chat.bot)
    work(chat.owner)
    posted.show()
    return posted


class TestWhatRulesFiredOn:
    def test_is_listed_with_its_message_and_what_was_answered(self, chat: WatchedChat) -> None:
        rule = chat.add_rule(word=NAMES)
        chat.say(f"{NAMES} in billing", 41)
        (waiting,) = listed(chat)
        assert waiting["source"] == {"kind": "rule", "id": str(rule.id)}
        assert (waiting["origin_chat_id"], waiting["origin_message_id"]) == (CHAT, 41)
        assert (waiting["result"]["state"], waiting["result"]["latency_ms"]) == ("waiting", None)
        shown(chat)
        (answered,) = listed(chat)
        result = answered["result"]
        assert (result["state"], result["chat_id"]) == ("answered", CHAT)
        assert result["latency_ms"] >= 0
        assert (result["helped"], result["did_not_help"], result["escalated_at"]) == (0, 0, None)

    def test_has_the_feedback_of_the_chat(self, chat: WatchedChat) -> None:
        chat.add_rule(word=NAMES)
        chat.say(f"{NAMES} in billing")
        posted = shown(chat)
        data = list(posted.buttons().values())
        posted.press(data[0], person=11)
        posted.press(data[0], person=12)
        posted.press(data[1], person=13)
        (result,) = [one["result"] for one in listed(chat)]
        assert (result["helped"], result["did_not_help"]) == (2, 1)

    def test_has_the_result_of_the_newest_post(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk full", 1)
        first = listed(chat)[0]["result"]["post_id"]
        with transaction(chat.owner.id):
            connection().execute(
                "UPDATE alert_posts SET created_at = created_at - interval '1 hour'"
            )
        chat.say("disk full", 2)
        (alert,) = listed(chat)
        assert alert["result"]["post_id"] != first
        assert alert["origin_message_id"] == 2

    def test_leaves_out_what_came_in_by_intakes(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk full")
        make_intake(chat.owner, agent_id=chat.agent_id).post({"title": "Other"})
        assert [alert["name"] for alert in listed(chat)] == ["disk rule"]
        path, headers = f"{API}/alerts", chat.owner.headers
        every = call(list_alerts, "GET", path, headers=headers).json["items"]
        assert {alert["name"] for alert in every} == {"disk rule", "Other"}
        assert {alert["result"]["state"] for alert in every} == {"waiting"}

    def test_is_filtered_by_rule_and_by_bot(self, chat: WatchedChat) -> None:
        rule = chat.add_rule()
        chat.say("disk full")
        other = WatchedChat(chat.owner, add_bot(chat.owner.id, 2), make_agent(chat.owner))
        give_place(other.bot, CHAT)
        other.add_rule(word="cpu")
        other.say("cpu hot", 2)
        assert len(listed(chat)) == 2
        for query in ({"rule_id": str(rule.id)}, {"config_id": str(chat.bot.id)}):
            assert [alert["name"] for alert in listed(chat, **query)] == ["disk rule"]
        assert [alert["name"] for alert in listed(chat, text="cpu")] == ["cpu rule"]
        assert listed(chat, status="resolved") == []

    @pytest.mark.parametrize("sort", ["-created_at", "created_at", "-last_at", "last_at"])
    def test_is_paged_in_each_order(self, chat: WatchedChat, sort: str) -> None:
        for word in ("disk", "cpu", "net"):
            chat.add_rule(word=word)
            chat.say(word)
        for path, handler in (("telegram/alerts", list_chat_alerts), ("alerts", list_alerts)):
            seen, query = [], {"sort": sort, "limit": "2"}
            for _ in range(2):
                headers = chat.owner.headers
                page = call(handler, "GET", f"{API}/{path}", headers=headers, query=query).json
                seen += [alert["name"] for alert in page["items"]]
                query["cursor"] = page["next_cursor"]
            expected = ["disk rule", "cpu rule", "net rule"]
            assert seen == (expected[::-1] if sort.startswith("-") else expected)
            assert page["next_cursor"] is None

    def test_has_nothing_of_another_tenant(self, chat: WatchedChat) -> None:
        chat.add_rule()
        chat.say("disk full")
        path, boris = f"{API}/telegram/alerts", make_account("boris")
        assert call(list_chat_alerts, "GET", path, headers=boris.headers).json["items"] == []
