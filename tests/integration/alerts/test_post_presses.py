"""The buttons below posts: one vote for each person, one escalation, and only where it is shown."""

from uuid import UUID

import pytest

from functions.api.agents.delete_agent.handler import handler as delete_agent
from functions.api.alerts.change_intake.handler import handler as change_intake
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.alert_chats import CHAT, Chat, make_chat
from tests.support.alerting import API
from tests.support.cloud import Cloud
from tests.support.events import call
from tests.support.parallel import outcomes

THANKS, GONE = "Thank you, your vote is counted.", "This post is not there any more."
UNKNOWN = UUID(int=7)


@pytest.fixture
def chat(database: str, cloud: Cloud) -> Chat:
    """A chat that shows an answered alert."""
    found = make_chat()
    found.deliver()
    found.answer()
    found.show()
    return found


def feedback() -> list[bool]:
    with transaction(SYSTEM):
        rows = connection().execute("SELECT helped FROM answers WHERE helped IS NOT NULL")
        return [row[0] for row in rows.fetchall()]


def test_buttons_are_below_an_answer(chat: Chat) -> None:
    assert list(chat.buttons()) == ["👍 Helped", "👎 Did not help"]


def test_there_are_none_below_an_alert_without_a_section(chat: Chat) -> None:
    call(
        delete_agent,
        "DELETE",
        f"{API}/agents/{chat.intake.agent_id}",
        headers=chat.intake.owner.headers,
    )
    chat.deliver(labels={"alertname": "Other"}, fingerprint="other")
    chat.answer()
    chat.show()
    assert chat.buttons() == {}


def test_a_press_is_counted_shown_and_passed_to_the_agent(chat: Chat) -> None:
    assert chat.press(chat.buttons()["👍 Helped"]) == THANKS
    chat.show()
    assert list(chat.buttons()) == ["👍 Helped · 1", "👎 Did not help"]
    assert chat.queued()[-1].edits == chat.queued()[0].id
    assert feedback() == [True]


def test_the_last_press_of_a_person_counts(chat: Chat) -> None:
    buttons = chat.buttons()
    for label in ("👍 Helped", "👍 Helped", "👎 Did not help"):
        assert chat.press(buttons[label]) == THANKS
    chat.press(buttons["👍 Helped"], person=12)
    chat.show()
    assert list(chat.buttons()) == ["👍 Helped · 1", "👎 Did not help · 1"]


@pytest.mark.parametrize("data", ["", "+", "x" * 64, f"+{UNKNOWN.hex}", "+1; DROP TABLE", "!" * 33])
def test_forged_data_are_refused(chat: Chat, data: str) -> None:
    assert chat.press(data) == GONE
    chat.show()
    assert len(chat.queued()) == 1


def test_a_press_from_another_chat_is_refused(chat: Chat) -> None:
    assert chat.press(chat.buttons()["👍 Helped"], chat_id=CHAT - 1) == GONE
    assert feedback() == []


def test_a_press_at_the_bot_of_another_account_is_refused(chat: Chat) -> None:
    stranger = make_chat("eve", telegram_id=2)
    assert stranger.press(chat.buttons()["👍 Helped"]) == GONE
    assert feedback() == []


def test_a_vote_is_kept_where_the_answer_was_deleted(chat: Chat) -> None:
    data = chat.buttons()["👎 Did not help"]
    with transaction(SYSTEM):
        connection().execute("DELETE FROM answers")
    assert chat.press(data) == THANKS
    chat.show()
    assert list(chat.buttons()) == ["👍 Helped", "👎 Did not help · 1"]


class TestEscalation:
    ELSEWHERE = -2002

    @pytest.fixture
    def night(self, chat: Chat) -> Chat:
        """A chat whose intake names a chat for escalations, with an alert."""
        target = {"config_id": str(chat.bot.id), "chat_id": self.ELSEWHERE}
        path = f"{API}/alerts/intakes/{chat.intake.id}"
        changed = call(
            change_intake,
            "PATCH",
            path,
            headers=chat.intake.owner.headers,
            body={"escalation": target},
        )
        assert changed.status == 200, changed.text
        chat.deliver(labels={"alertname": "DiskFull"}, fingerprint="disk")
        chat.answer()
        chat.show()
        return chat

    def elsewhere(self, chat: Chat) -> list[str]:
        found = [one for one in chat.queued() if one.chat_id == self.ELSEWHERE]
        return [one.parts[0].text for one in found]

    def test_has_no_button_where_the_source_names_no_chat(self, chat: Chat) -> None:
        assert "🆘 Escalate" not in chat.buttons()

    def test_posts_the_alert_once_with_who_pressed(self, night: Chat) -> None:
        data = night.buttons()["🆘 Escalate"]
        assert "passed on" in night.press(data)
        assert "already" in night.press(data, person=12)
        (text,) = self.elsewhere(night)
        assert text.startswith("🆘 Ann asks for help with this alert.")
        assert "DiskFull" in text
        night.show()
        assert "🆘 Escalated" in night.buttons()

    def test_of_six_presses_at_once_posts_one_message(self, night: Chat) -> None:
        """Look without a lock to see it fail."""
        data = night.buttons()["🆘 Escalate"]
        outcomes(lambda number: night.press(data, person=int(number)), range(6))
        assert len(self.elsewhere(night)) == 1

    def test_is_refused_in_another_chat_and_at_the_bot_of_another_account(
        self, night: Chat
    ) -> None:
        data = night.buttons()["🆘 Escalate"]
        assert night.press(data, chat_id=CHAT - 1) == GONE
        stranger = make_chat("eve", telegram_id=2)
        assert stranger.press(data) == GONE
        assert self.elsewhere(night) == []

    def test_is_refused_for_a_post_that_has_no_chat_for_it(self, chat: Chat) -> None:
        data = chat.buttons()["👍 Helped"].replace("+", "!")
        assert chat.press(data) == GONE
        assert len(chat.queued()) == 1
