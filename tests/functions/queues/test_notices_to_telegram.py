"""Notices on their way to Telegram: from the event to the message, through the functions."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.notifications.get_notification_preferences.handler import handler as preferences
from functions.api.notifications.set_notification_preferences.handler import handler as choose
from functions.queues.notify_owner.handler import handler as notify_owner
from infra.local.simulators.telegram import people
from infra.local.simulators.telegram.model import User
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wallets.messages import DepositCredited
from tests.support.accounts import Account, make_account
from tests.support.cloud import cloud_of_moto
from tests.support.connected_telegram import telegram_connected
from tests.support.events import call
from tests.support.notices import notices_of
from tests.support.parallel import outcomes
from tests.support.platform_bots import PlatformBot

PATH = "/api/v1/notifications/preferences"
TEXT = "A deposit of 10.50 USDT was credited."


@pytest.fixture(autouse=True)
def cloud(database: str) -> Iterator[Any]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformBot]:
    with telegram_connected(monkeypatch) as telegram:
        yield PlatformBot(telegram, monkeypatch)


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


@pytest.fixture
def ann(platform: PlatformBot, anna: Account) -> User:
    person = platform.person()
    platform.link(anna, person)
    return person


def deliver(event: str, owner: Account, **data: Any) -> None:
    body = {"event": event, "event_id": str(new_id()), "owner_id": str(owner.id), **data}
    record = {"messageId": "1", "body": json.dumps(body)}
    assert notify_owner({"Records": [record]}, None) == {"batchItemFailures": []}


def credit(owner: Account) -> None:
    """Let a deposit be credited, and the notice of it be due."""
    deliver(DepositCredited.queue(), owner, deposit_id=str(new_id()), amount_micro_usdt=10_500_000)


def due(owner: Account) -> None:
    """Deliver what the notices of the user said: they are due."""
    for notice in notices_of(owner):
        deliver("notice-due", owner, notice_id=str(notice.id))


def notify(platform: PlatformBot, owner: Account) -> None:
    credit(owner)
    due(owner)
    platform.send()


def telegram_of(owner: Account) -> str:
    answer = call(preferences, "GET", PATH, headers=owner.headers)
    state: str = answer.json["telegram"]
    return state


class TestNoticesToTelegram:
    def test_are_sent_once_however_often_they_are_due(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        before = platform.texts(ann)
        notify(platform, anna)
        due(anna)
        platform.send()
        assert platform.texts(ann) == [*before, TEXT]

    def test_of_two_deliveries_at_once_are_queued_once(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        """The one that comes second fails, and SQS delivers it again."""
        credit(anna)
        (notice,) = notices_of(anna)
        body = {"event": "notice-due", "event_id": str(new_id()), "owner_id": str(anna.id)}
        record = {"messageId": "1", "body": json.dumps({**body, "notice_id": str(notice.id)})}
        outcomes(lambda _: str(notify_owner({"Records": [record]}, None)), range(6))
        platform.send()
        assert platform.texts(ann).count(TEXT) == 1

    def test_are_in_the_language_of_the_account(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        with transaction(SYSTEM):
            connection().execute("UPDATE users SET locale = 'ru' WHERE id = %s", [anna.id])
        notify(platform, anna)
        assert platform.texts(ann)[-1] == "Платёж на 10.50 USDT зачислен."

    def test_of_a_refused_kind_are_not_sent(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        credit(anna)
        body = {"items": [{"kind": "deposit_credited", "telegram": False}]}
        answer = call(choose, "PUT", PATH, headers=anna.headers, body=body)
        assert (answer.status, answer.json["telegram"]) == (200, "on")
        before = platform.texts(ann)
        due(anna)
        platform.send()
        assert platform.texts(ann) == before

    def test_go_to_no_one_elses_account(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        boris, before = make_account("boris"), platform.texts(ann)
        credit(anna)
        (notice,) = notices_of(anna)
        deliver("notice-due", boris, notice_id=str(notice.id))
        notify(platform, boris)
        assert platform.texts(ann) == before
        assert telegram_of(boris) == "not_linked"

    def test_that_telegram_refuses_switch_the_channel_off(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        """The update that says so may come later, or never."""
        people.block(platform.telegram.world, platform.chat(ann))
        assert telegram_of(anna) == "on"
        notify(platform, anna)
        assert telegram_of(anna) == "off"
        credit(anna)
        due(anna)
        with transaction(anna.id):
            query = "SELECT state, count(*) FROM outgoing_messages GROUP BY state"
            assert connection().execute(query).fetchall() == [("failed", 1)]

    def test_go_there_again_once_the_bot_is_unblocked(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        platform.block(ann)
        notify(platform, anna)
        assert telegram_of(anna) == "off"
        platform.block(ann, ends=True)
        assert telegram_of(anna) == "on"
        notify(platform, anna)
        assert platform.texts(ann)[-1] == TEXT

    def test_wait_as_long_as_telegram_asks(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        world, before = platform.telegram.world, platform.texts(ann)
        world.budgets.pause(platform.bot.id, ann.id, 40, world.now())
        notify(platform, anna)
        assert platform.texts(ann) == before
        with transaction(SYSTEM):
            query = "SELECT paused_until > now() + interval '30 seconds' FROM bot_chat_paces"
            assert connection().execute(query).fetchone() == (True,)
            connection().execute("UPDATE bot_chat_paces SET paused_until = NULL")
        world.advance(60)
        platform.send()
        assert platform.texts(ann) == [*before, TEXT]

    def test_about_the_platforms_bot_itself_are_not_sent_by_it(
        self, platform: PlatformBot, anna: Account, ann: User
    ) -> None:
        before = platform.texts(ann)
        config_id = str(platform.config().id)
        deliver("chat-lost", anna, config_id=config_id, chat_id=ann.id)
        due(anna)
        platform.send()
        assert platform.texts(ann) == before
        assert len(notices_of(anna)) == 1
