"""Outgoing webhooks and their deliveries on the fakes: no database, no receiver."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.errors import TooManyWebhooks, WebhookNotFound, WebhookOff
from mara.notifications.messages import NotifyOwner, SendWebhooks
from mara.notifications.model.notices import Channel, NoticeKind, NoticePreferences
from mara.notifications.model.webhooks import DeliveryState, Webhook, WebhookDelivery
from mara.notifications.service.webhook_deliveries import DeliveryService
from mara.notifications.service.webhooks import WEBHOOKS_MAX, WebhookService
from tests.support.fakes.audit import FakeAuditLog
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.notices import FakeNotices
from tests.support.fakes.vaults import fake_secret_store
from tests.support.fakes.webhooks import FakeDeliveries, FakeWebhooks

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
ANNA, BORIS = Principal(new_id(), Role.USER), Principal(new_id(), Role.USER)


@dataclass
class World:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    at: datetime = AT

    def now(self) -> datetime:
        return self.at

    @property
    def webhooks(self) -> WebhookService:
        return WebhookService(
            webhooks=FakeWebhooks(self.database),
            deliveries=FakeDeliveries(self.database),
            secrets=fake_secret_store(self.database, self.now),
            lock_count=lambda *_: None,
            unit_of_work=self.database.unit_of_work,
            now=self.now,
            audit=FakeAuditLog(self.database),
        )

    @property
    def deliveries(self) -> DeliveryService:
        return DeliveryService(
            FakeWebhooks(self.database),
            FakeDeliveries(self.database),
            FakeNotices(self.database),
            self.database.publish,
            self.database.unit_of_work,
            self.now,
        )

    def create(self, owner: Principal = ANNA) -> Webhook:
        url = "https://hooks.example.com/mara"
        return self.webhooks.create(owner, url=url, description="", events=None)[0]

    def listed(self, webhook_id: UUID) -> list[WebhookDelivery]:
        return list(self.deliveries.list(ANNA, webhook_id, PageRequest()).items)


def credited(event_id: UUID | None = None) -> NotifyOwner:
    named: dict[str, Any] = {"owner_id": ANNA.user_id, "event": "deposit-credited"}
    data = {"deposit_id": str(new_id()), "amount_micro_usdt": 5}
    return NotifyOwner.model_validate({**named, "event_id": event_id or new_id(), **data})


@pytest.fixture
def world() -> World:
    return World()


class TestWebhooks:
    def test_are_limited_for_each_user(self, world: World) -> None:
        for _ in range(WEBHOOKS_MAX):
            world.create()
        with pytest.raises(TooManyWebhooks):
            world.create()
        world.create(BORIS)

    def test_keep_two_secrets_for_a_day_after_a_rotation(self, world: World) -> None:
        webhook = world.create()
        rotated, _ = world.webhooks.rotate(ANNA, webhook.id, at_once=False)
        assert rotated.secret_ids(AT) == (rotated.secret_id, webhook.secret_id)
        again, _ = world.webhooks.rotate(ANNA, webhook.id, at_once=False)
        kept = {rotated.secret_id, again.secret_id}
        assert world.database.committed.connection_secrets.keys() == kept

    def test_take_their_secrets_with_them(self, world: World) -> None:
        webhook = world.create()
        with pytest.raises(WebhookNotFound):
            world.webhooks.delete(BORIS, webhook.id)
        world.webhooks.delete(ANNA, webhook.id)
        assert world.database.committed.connection_secrets == {}


class TestDeliveries:
    def test_are_made_once_for_an_event_that_comes_again(self, world: World) -> None:
        webhook, event_id = world.create(), new_id()
        assert [world.deliveries.prepare(credited(event_id)) for _ in range(2)] == [1, 0]
        assert len(world.listed(webhook.id)) == 1
        assert world.database.published(SendWebhooks) == 1

    def test_are_none_of_what_the_owner_does_not_want(self, world: World) -> None:
        world.create()
        refused = frozenset({(NoticeKind.DEPOSIT_CREDITED, Channel.WEBHOOKS)})
        with world.database.unit_of_work(SYSTEM):
            notices = FakeNotices(world.database)
            notices.save_preferences(ANNA.user_id, NoticePreferences(refused))
        assert world.deliveries.prepare(credited()) == 0

    def test_end_when_the_webhook_is_switched_off_and_begin_again_on_request(
        self, world: World
    ) -> None:
        webhook = world.create()
        world.deliveries.prepare(credited())
        world.webhooks.change(ANNA, webhook.id, {"active": False})
        (ended,) = world.listed(webhook.id)
        assert ended.state is DeliveryState.FAILED
        with pytest.raises(WebhookOff):
            world.deliveries.resend(ANNA, webhook.id, ended.id)
        world.webhooks.change(ANNA, webhook.id, {"active": True})
        assert world.deliveries.resend_failed(ANNA, webhook.id, AT) == 1
        assert world.listed(webhook.id)[0].state is DeliveryState.WAITING

    def test_ring_once_they_are_due(self, world: World) -> None:
        webhook = world.create()
        world.at += timedelta(seconds=5)
        world.deliveries.test(ANNA, webhook.id)
        world.at -= timedelta(seconds=1)
        assert not world.deliveries.ring()
        world.at += timedelta(seconds=1)
        assert world.deliveries.ring()
