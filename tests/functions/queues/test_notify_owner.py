"""The consumer of notify-owner, through the function itself, with events as the outbox has them."""

import json
from typing import Any

import pytest

from functions.queues.notify_owner.handler import handler as notify_owner
from infra.local.package import load_template
from mara.alerts.messages import AlertUndelivered, IntakeRefused
from mara.auth.messages import NewDeviceLoggedIn, PasswordChanged
from mara.billing import messages as billing_messages
from mara.documents.messages import DocumentFailed
from mara.kernel.ids import new_id
from mara.kernel.messages import Event
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.messages import NoticeDue, WebhookSwitchedOff
from mara.notifications.model.notices import NOTICE_FORMS
from mara.notifications.model.webhook_events import EVENT_FORMS
from mara.platform import outbox_rows
from mara.platform.database import connection, transaction
from mara.telegram.messages import (
    BotChatPending,
    BotTokenRevoked,
    BotWebhookTaken,
    ChatLost,
    MessageUndelivered,
    TelegramUnlinked,
    TopicLost,
)
from mara.wallets import messages as wallet_messages
from mara.wallets.messages import DepositCredited
from tests.support.accounts import Account, make_account
from tests.support.notices import notices_of
from tests.support.webhooks_world import WebhookWorld

pytestmark = pytest.mark.usefixtures("database")


def stored(event: Event) -> str:
    """The body of the event as the outbox stores it."""
    with transaction(SYSTEM):
        (row,) = outbox_rows.store([event], left_to_relay=True)
        connection().execute("DELETE FROM outbox")
    return row.body


def deliver(body: str) -> dict[str, Any]:
    return notify_owner({"Records": [{"messageId": "1", "body": body}]}, None)


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    for send in ("sqs.send", "sns.publish"):
        monkeypatch.setattr(f"mara.platform.{send}", lambda *_: None)


class TestNotifyOwner:
    def test_prepares_one_delivery_of_an_event_that_arrives_twice(self, anna: Account) -> None:
        world = WebhookWorld()
        webhook, _ = world.create(anna)
        event = DepositCredited(deposit_id=new_id(), owner_id=anna.id, amount_micro_usdt=5)
        body = stored(event)
        assert [deliver(body), deliver(body)] == [{"batchItemFailures": []}] * 2
        assert len(world.listed(anna, webhook.id)) == 1
        assert [one.kind for one in notices_of(anna)] == ["deposit_credited"]

    def test_prepares_two_of_equal_events_that_happened_twice(self, anna: Account) -> None:
        """A deposit may be seen again after a reorganization."""
        world = WebhookWorld()
        webhook, _ = world.create(anna)
        event = DepositCredited(deposit_id=new_id(), owner_id=anna.id, amount_micro_usdt=5)
        deliver(stored(event))
        deliver(stored(event))
        assert len(world.listed(anna, webhook.id)) == 2

    def test_acknowledges_an_event_of_an_unknown_user(self) -> None:
        event = DepositCredited(deposit_id=new_id(), owner_id=new_id(), amount_micro_usdt=5)
        assert deliver(stored(event)) == {"batchItemFailures": []}


class TestForms:
    def test_name_events_that_there_are_with_fields_that_they_have(self) -> None:
        events = {
            event.queue(): event
            for module in (billing_messages, wallet_messages)
            for event in vars(module).values()
            if isinstance(event, type) and issubclass(event, Event) and event is not Event
        }
        assert set(EVENT_FORMS) == set(events)
        for name, form in EVENT_FORMS.items():
            assert set(form.fields) <= set(events[name].model_fields)
        events["webhook-switched-off"] = WebhookSwitchedOff
        bots = (
            *(BotTokenRevoked, BotWebhookTaken, BotChatPending),
            *(ChatLost, TopicLost, TelegramUnlinked, MessageUndelivered),
            *(AlertUndelivered, IntakeRefused),
            *(DocumentFailed, NewDeviceLoggedIn, PasswordChanged),
        )
        events |= {event.queue(): event for event in bots}
        for name, notice in NOTICE_FORMS.items():
            assert set(notice.fields) <= set(events[name].model_fields)

    def test_are_those_that_the_queue_is_subscribed_to(self) -> None:
        properties = load_template()["Resources"]["NotifyOwnerSubscription"]["Properties"]
        named = set(EVENT_FORMS) | set(NOTICE_FORMS) | {NoticeDue.queue()}
        assert set(properties["FilterPolicy"]["event"]) == named
        assert properties["RawMessageDelivery"] is True

    def test_carry_ids_and_words_of_the_product_alone(self) -> None:
        fields = {field for form in EVENT_FORMS.values() for field in form.fields}
        assert {one for one in fields if not one.endswith("_id")} == {"meter", "percent"}
        assert len(json.dumps(sorted(fields))) < 1000
