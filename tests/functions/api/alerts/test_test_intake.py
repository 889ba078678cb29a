"""POST /api/v1/alerts/intakes/{intake_id}/test, through the function itself."""

from typing import Any

import pytest

from functions.api.alerts.list_intake_deliveries.handler import handler as list_deliveries
from functions.api.alerts.test_intake.handler import handler as try_intake
from tests.functions.api.alerts.test_give_alert_feedback import waiting_in_outbox
from tests.functions.api.alerts.test_story import used
from tests.support.accounts import Account, make_account
from tests.support.alert_chats import CHAT, Chat, make_chat, quiet_now
from tests.support.alerting import API, SECTION
from tests.support.cloud import Cloud
from tests.support.events import Answer, call

pytestmark = pytest.mark.usefixtures("database")
NAMED = {"title": "KubePodCrashLooping"}


def attempt(chat: Chat, **body: Any) -> Answer:
    """Try the intake as its owner."""
    return attempt_as(chat.intake.owner, chat, body)


def attempt_as(caller: Account, chat: Chat, body: dict[str, Any]) -> Answer:
    path = f"{API}/alerts/intakes/{chat.intake.id}/test"
    return call(try_intake, "POST", path, headers=caller.headers, body=body)


def alert_of(chat: Chat, tried: Answer) -> Any:
    assert tried.status == 202, tried.text
    (alert_id,) = tried.json["alert_ids"]
    return chat.intake.alert(alert_id)


class TestATestAlert:
    @pytest.fixture
    def chat(self) -> Chat:
        return make_chat()

    def test_is_posted_with_the_section_of_the_runbook_and_marked(self, chat: Chat) -> None:
        shown = alert_of(chat, attempt(chat, **NAMED))
        assert (shown["is_test"], shown["status"], shown["severity"]) == (True, "firing", "warning")
        chat.answer()
        chat.show()
        (message,) = chat.queued()
        assert message.chat_id == CHAT
        assert message.parts[0].text.startswith("🟠 KubePodCrashLooping warning, test")
        assert SECTION in message.parts[0].text

    def test_is_announced_without_waiting_for_the_relay(self, chat: Chat, cloud: Cloud) -> None:
        """Leave the message to the relay to see it fail."""
        attempt(chat)
        assert cloud.rings("answer-alerts") + cloud.rings("post-alerts") > 0
        assert not {"answer-alerts", "post-alerts"} & {*waiting_in_outbox()}

    def test_costs_nothing(self, chat: Chat) -> None:
        tried = attempt(chat, **NAMED)
        chat.answer()
        assert alert_of(chat, tried)["posts"][0]["state"] == "answered"
        owner = chat.intake.owner
        assert (used(owner, "answers"), used(owner, "alerts")) == (0, 0)

    def test_is_a_new_message_each_time(self, chat: Chat) -> None:
        for severity in ("critical", "info"):
            attempt(chat, severity=severity)
            chat.answer()
            chat.show()
        first, second = chat.texts()
        assert first.startswith("🔴 TestAlert critical, test")
        assert second.startswith("🔵 TestAlert info, test")
        assert [one.edits for one in chat.queued()] == [None, None]

    def test_is_listed_with_the_deliveries(self, chat: Chat) -> None:
        tried = attempt(chat).json
        path, headers = f"{API}/alerts/intakes/{chat.intake.id}", chat.intake.owner.headers
        (item,) = call(list_deliveries, "GET", f"{path}/deliveries", headers=headers).json["items"]
        assert (item["id"], item["alert_ids"]) == (tried["delivery_id"], tried["alert_ids"])

    def test_of_the_intake_of_another_tenant_is_none(self, chat: Chat) -> None:
        refused = attempt_as(make_account("boris"), chat, {})
        assert (refused.status, refused.json["code"]) == (404, "intake_not_found")

    def test_without_a_name_is_refused(self, chat: Chat) -> None:
        assert attempt(chat, title=" ").status == 422


def test_in_quiet_hours_a_test_alert_is_posted_at_once() -> None:
    chat = make_chat(quiet_hours=quiet_now())
    attempt(chat)
    chat.answer()
    chat.show()
    assert len(chat.queued()) == 1
