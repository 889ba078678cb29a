"""The messages of alerts that fire for longer than other messages are kept.

See it fail: forget messages that posts show, or do not add the row of an edit that is sent.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mara.alerts.adapters.shown_messages import forget_messages
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import OutgoingState
from mara.wiring.telegram import forget_expired
from tests.integration.alerts.test_refused_copies import ring
from tests.support.accounts import make_account
from tests.support.alert_chats import Chat, make_chat
from tests.support.alerting import RUNBOOK, an_alert, make_intake
from tests.support.cloud import Cloud
from tests.support.knowledge import learn
from tests.support.simulated_sending import sending_to_a_simulator
from tests.support.stored_bots import add_bot
from tests.support.telegram import Scene

pytestmark = pytest.mark.usefixtures("database")
MONTH = timedelta(days=31)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with sending_to_a_simulator(monkeypatch) as found:
        yield found


@pytest.fixture
def chat(cloud: Cloud, here: Scene) -> Chat:
    account = make_account("anna")
    learn(account.id, "runbooks.md", RUNBOOK)
    target = {"target_chat_id": here.group.id, "language": BotLanguage.EN}
    bot = add_bot(account.id, 1, token=here.bot.token, **target)
    return Chat(make_intake(account, config_id=str(bot.id)), bot)


@pytest.fixture
def change(chat: Chat, here: Scene) -> Callable[[int], int]:
    """Lets one more instance fire; how many messages the group has then."""

    def fire(number: int) -> int:
        chat.deliver(an_alert(labels={"pod": f"billing-{number}"}, fingerprint=str(number) * 16))
        chat.answer()
        chat.show()
        ring(chat.bot.id, chat.intake.owner.id)
        here.telegram.world.advance(60)
        return len(here.group.messages)

    return fire


def test_are_edited_after_a_month_still(change: Callable[[int], int]) -> None:
    assert change(1) == change(2)
    shown = change(2)
    forget_expired(now() + MONTH)
    assert [change(number) for number in range(3, 6)] == [shown] * 3


def test_are_sent_once_and_then_edited_where_their_row_is_gone(
    chat: Chat, change: Callable[[int], int]
) -> None:
    shown = change(1)
    with transaction(chat.intake.owner.id):
        connection().execute("DELETE FROM outgoing_messages")
    assert [change(number) for number in range(2, 5)] == [shown + 1] * 3


def test_are_forgotten_with_their_post(cloud: Cloud) -> None:
    chat = make_chat()
    chat.deliver()
    chat.answer()
    chat.show()
    (shown,) = chat.queued()
    others = [replace(shown, id=new_id()), replace(shown, id=new_id(), state=OutgoingState.SENT)]
    with transaction(chat.intake.owner.id):
        connection().execute("UPDATE outgoing_messages SET state = 'sent'")
        for other in others:
            PostgresOutgoingMessages().add(other)
    assert _forget() == 1
    assert {one.id for one in chat.queued()} == {shown.id, others[0].id}
    with transaction(chat.intake.owner.id):
        connection().execute("DELETE FROM alert_messages")
    assert _forget() == 1


def _forget() -> int:
    with transaction(SYSTEM):
        assert forget_messages(now() - MONTH) == 0
        return forget_messages(now() + MONTH)
