"""A post whose next way is a bot that is being disconnected: it goes the way after that one.

See it fail: leave ``WAYS_LOCK`` out of the worker, the recorder, ``take_back`` or the removal.
"""

from collections.abc import Callable
from multiprocessing import get_context
from uuid import UUID

import pytest

from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.model.bot_config import BotConfig
from mara.wiring.telegram import bot_config_service
from tests.integration.alerts.test_lost_posts import (
    PRIVATE,
    answer_with,
    disconnect,
    events,
    link,
    posted,
)
from tests.support.accounts import make_account
from tests.support.alert_chats import Chat, make_chat
from tests.support.alerting import an_alert
from tests.support.cloud import Cloud
from tests.support.parallel import outcomes
from tests.support.platform_bots import PERSON, give_account_link
from tests.support.stored_bots import add_bot

pytestmark = pytest.mark.usefixtures("database")
HEAD_START_S = 2.0


@pytest.fixture
def chat(cloud: Cloud) -> Chat:
    """Its owner has private chats with a second bot, and with the platform's."""
    account = make_account("anna")
    made = make_chat(account=account)
    give_account_link(account.id)
    return made


@pytest.fixture
def second(chat: Chat) -> BotConfig:
    bot = add_bot(chat.bot.owner_id, 2)
    link(Chat(chat.intake, bot), PRIVATE)
    return bot


def while_disconnecting(bot: BotConfig, work: Callable[[], object]) -> None:
    """Do the work after the posts of a bot were moved, and before it is deleted if that is free."""
    context = get_context("fork")
    moved, worked = context.Event(), context.Event()

    def remove() -> None:
        with transaction(bot.owner_id):
            locked = PostgresBotConfigs().lock_whole(bot.owner_id, bot.id)
            for forget in bot_config_service().others:
                forget(bot.owner_id, bot.id)
            moved.set()
            worked.wait(HEAD_START_S)
            PostgresBotConfigs().disconnect(locked, now())

    def do_work() -> None:
        assert moved.wait(20)
        work()
        worked.set()

    runs = [remove, do_work]
    assert outcomes(lambda number: str(runs[number]()), [0, 1]) == ["None", "None"]


def shown_in(owner_id: UUID) -> list[int]:
    with transaction(owner_id):
        found = connection().execute("SELECT chat_id FROM alert_messages").fetchall()
    return [row[0] for row in found]


def test_is_not_lost_with_it_by_the_worker_that_shows_it(chat: Chat, second: BotConfig) -> None:
    message = posted(chat)
    chat_of_it = Chat(chat.intake, chat.bot)
    with transaction(chat.bot.owner_id):
        connection().execute("UPDATE alert_messages SET shown = 'lost', due_at = now()")
    while_disconnecting(second, chat_of_it.show)
    chat.show()
    assert shown_in(chat.bot.owner_id) == [PERSON]
    assert [one.chat_id for one in chat.queued()] == [message.chat_id, PERSON]


def test_is_not_lost_with_it_by_who_records_an_alert(chat: Chat, second: BotConfig) -> None:
    disconnect(chat)
    other = an_alert(fingerprint="x" * 16, labels={"alertname": "Other"})
    while_disconnecting(second, lambda: chat.deliver(other))
    chat.answer()
    chat.show()
    assert shown_in(chat.bot.owner_id) == [PERSON]
    assert "alert-undelivered" in events()


def test_is_not_lost_with_it_as_a_copy_that_people_passed_on(cloud: Cloud) -> None:
    account = make_account("anna")
    third = add_bot(account.id, 3)
    escalation = {"config_id": str(third.id), "chat_id": -2002, "thread_id": None}
    chat = make_chat(account=account, escalation=escalation)
    give_account_link(account.id)
    second = add_bot(account.id, 2)
    link(Chat(chat.intake, second), PRIVATE)
    posted(chat)
    chat.press(chat.buttons()["🆘 Escalate"])
    copy = chat.queued()[-1]
    while_disconnecting(second, lambda: answer_with(chat, copy))
    assert [one.chat_id for one in chat.queued() if one.chat_id == PERSON] == [PERSON]
