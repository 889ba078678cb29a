"""Votes on posts: one of the owner, by whatever way, and the last of all is the feedback."""

from dataclasses import replace
from uuid import UUID

import pytest

from mara.alerts.model.alert_post import AlertPost
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.alerts import alert_feedback
from tests.integration.alerts.test_lost_posts import PRIVATE, link
from tests.support.alert_chats import Chat, make_chat
from tests.support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def chat(cloud: Cloud) -> Chat:
    return make_chat()


@pytest.fixture
def alert(chat: Chat) -> UUID:
    """An alert whose answer is shown."""
    (alert_id,) = chat.deliver()
    chat.answer()
    chat.show()
    return UUID(alert_id)


def rows(query: str) -> list[tuple[object, ...]]:
    with transaction(SYSTEM):
        return connection().execute(query).fetchall()


@pytest.mark.parametrize("first", ["api", "press", "link"])
def test_the_owner_has_one_vote_by_whatever_way(chat: Chat, alert: UUID, first: str) -> None:
    """See it fail: store the owner's presses under the number of the Telegram account."""
    owner, no = chat.intake.owner.principal, chat.buttons()["👎 Did not help"]
    if first == "api":
        alert_feedback().give(owner, alert, helped=True)
    if first == "press":
        chat.press(no, person=PRIVATE)
    link(chat)
    chat.press(no, person=PRIVATE)
    alert_feedback().give(owner, alert, helped=True)
    assert rows("SELECT helped FROM alert_votes") == [(True,)]
    chat.press(no, person=PRIVATE)
    assert rows("SELECT helped FROM alert_votes") == [(False,)]
    chat.press(no, person=12)
    assert len(rows("SELECT FROM alert_votes")) == 2


def test_the_last_vote_of_all_is_the_feedback_on_the_answer(chat: Chat, alert: UUID) -> None:
    """A press comes while the vote by the API is passed on. See it fail: look once."""
    service, no = alert_feedback(), chat.buttons()["👎 Did not help"]
    rate, presses = service.votes.rate, iter([12])

    def late(post: AlertPost, helped: bool) -> None:
        for person in presses:
            chat.press(no, person=person)
        rate(post, helped)

    voting = replace(service, votes=replace(service.votes, rate=late))
    voting.give(chat.intake.owner.principal, alert, helped=True)
    assert rows("SELECT helped FROM alert_votes ORDER BY at DESC LIMIT 1") == [(False,)]
    assert rows("SELECT helped FROM answers") == [(False,)]
