"""Votes on posts by their buttons: one for each person, and only where the post is shown."""

from uuid import UUID

import pytest

from functions.api.agents.delete_agent.handler import handler as delete_agent
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.alert_chats import CHAT, Chat, make_chat
from tests.support.alerting import API
from tests.support.cloud import Cloud
from tests.support.events import call

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
