"""POST /api/v1/alerts/{alert_id}/feedback, through the function itself."""

from typing import Any

import pytest

from functions.api.alerts.give_alert_feedback.handler import handler as give_alert_feedback
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.people import PostgresBotPeople
from mara.telegram.model.person import BotPerson, PersonKind
from tests.support.accounts import Account, make_account
from tests.support.alert_chats import Chat, make_chat
from tests.support.alerting import API
from tests.support.cloud import Cloud
from tests.support.events import Answer, call

OWNER_TELEGRAM_ID = 77


@pytest.fixture
def chat(database: str, cloud: Cloud) -> Chat:
    return make_chat()


def answered(chat: Chat) -> str:
    """The id of an alert with an answer, which the chat shows."""
    (alert_id,) = chat.deliver()
    chat.answer()
    chat.show()
    return alert_id


def vote(caller: Account, alert_id: object, body: Any) -> Answer:
    path = f"{API}/alerts/{alert_id}/feedback"
    return call(give_alert_feedback, "POST", path, body=body, headers=caller.headers)


def waiting_in_outbox() -> list[str]:
    """The queues of the messages that are not sent yet."""
    with transaction(SYSTEM):
        rows = connection().execute("SELECT queue FROM outbox").fetchall()
    return [row[0] for row in rows]


def cases() -> list[tuple[bool, bool]]:
    """Of each evaluation case, whether the answer helped and whether its retrieval is frozen."""
    query = "SELECT helped, retrieval <> '[]' FROM answers WHERE helped IS NOT NULL"
    with transaction(SYSTEM):
        found = connection().execute("SELECT count(*) FROM evaluation_cases").fetchall()
        rows = connection().execute(query).fetchall()
    assert found == [(len(rows),)]
    return [(row[0], row[1]) for row in rows]


def test_counts_as_a_press_and_becomes_a_case_of_evaluations(chat: Chat) -> None:
    alert_id = answered(chat)
    given = vote(chat.intake.owner, alert_id, {"helped": True})
    assert given.status == 200, given.text
    assert (given.json["voted_helped"], given.json["helped"], given.json["did_not_help"]) == (
        True,
        1,
        0,
    )
    assert cases() == [(True, True)]
    chat.show()
    assert list(chat.buttons()) == ["👍 Helped · 1", "👎 Did not help"]


def test_the_last_vote_counts_and_others_keep_theirs(chat: Chat) -> None:
    alert_id = answered(chat)
    chat.press(chat.buttons()["👍 Helped"], person=12)
    for helped in (True, True, False):
        given = vote(chat.intake.owner, alert_id, {"helped": helped})
    assert (given.json["helped"], given.json["did_not_help"]) == (1, 1)
    assert cases() == [(False, True)]


def test_the_owner_has_one_vote_here_and_in_telegram(chat: Chat) -> None:
    ids = (chat.bot.id, chat.bot.owner_id, OWNER_TELEGRAM_ID)
    with transaction(chat.bot.owner_id):
        PostgresBotPeople().add(BotPerson(*ids, PersonKind.OWNER, "Anna", now()))
    alert_id = answered(chat)
    chat.press(chat.buttons()["👍 Helped"], person=OWNER_TELEGRAM_ID)
    given = vote(chat.intake.owner, alert_id, {"helped": False})
    assert (given.json["helped"], given.json["did_not_help"]) == (0, 1)


def test_of_an_alert_without_an_answer_is_refused(chat: Chat) -> None:
    (alert_id,) = chat.deliver()
    refused = vote(chat.intake.owner, alert_id, {"helped": True})
    assert (refused.status, refused.json["code"]) == (409, "alert_not_answered")


def test_is_the_owners_alone(chat: Chat, database: str) -> None:
    alert_id = answered(chat)
    for caller, wanted in ((make_account("boris"), alert_id), (chat.intake.owner, new_id())):
        refused = vote(caller, wanted, {"helped": True})
        assert (refused.status, refused.json["code"]) == (404, "alert_not_found")
    assert cases() == []
    path = f"{API}/alerts/{alert_id}/feedback"
    assert call(give_alert_feedback, "POST", path, body={"helped": True}).status == 401


@pytest.mark.parametrize("body", [{}, {"helped": 1}, {"helped": "yes"}, {"helped": True, "x": 1}])
def test_of_another_form_is_refused(chat: Chat, body: dict[str, Any]) -> None:
    assert vote(chat.intake.owner, new_id(), body).status == 422


def test_reaches_the_chat_without_waiting_for_the_relay(chat: Chat, cloud: Cloud) -> None:
    """Leave the message to the relay to see it fail."""
    alert_id = answered(chat)
    cloud.rings("post-alerts")
    assert vote(chat.intake.owner, alert_id, {"helped": True}).status == 200
    assert cloud.rings("post-alerts") == 1
    assert "post-alerts" not in waiting_in_outbox()
