"""The contract of outgoing webhooks and their deliveries: PostgreSQL and the fakes.

That two transactions at once take no delivery twice is PostgreSQL's alone (SKIP LOCKED): see
``test_webhook_sending.py``.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.notifications.adapters.webhook_deliveries import PostgresDeliveries
from mara.notifications.adapters.webhooks import PostgresWebhooks
from mara.notifications.errors import DeliveryNotFound, WebhookNotFound
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import (
    DeliveryFailure,
    DeliveryState,
    OffReason,
    Webhook,
    WebhookAnswer,
    WebhookDelivery,
)
from mara.notifications.ports import Deliveries, Webhooks
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.vault.ports import SecretStore
from mara.wiring.connection_secrets import secret_store
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.vaults import fake_secret_store
from tests.support.fakes.webhooks import FakeDeliveries, FakeWebhooks
from tests.support.money import make_owner

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ALL = PageRequest(9)
WAITING, FAILED = DeliveryState.WAITING, DeliveryState.FAILED
REFUSED = WebhookAnswer(500, DeliveryFailure.STATUS)


@dataclass(frozen=True)
class Store:
    webhooks: Webhooks
    deliveries: Deliveries
    secrets: SecretStore
    unit_of_work: UnitOfWork
    make_owner: Callable[[], UUID]

    def add(self, owner_id: UUID, **changes: Any) -> Webhook:
        sealed = self.secrets.seal(owner_id, Secret(bytearray(b"secret")))
        made = Webhook(new_id(), owner_id, "https://a.example", "", None, sealed.id, AT)
        webhook = replace(made, **changes)
        with self.unit_of_work(owner_id):
            self.secrets.add(sealed)
            self.webhooks.add(webhook)
        return webhook

    def save(self, webhook: Webhook) -> None:
        with self.unit_of_work(webhook.owner_id):
            self.webhooks.save(webhook)

    def deliver(self, webhook: Webhook, **changes: Any) -> WebhookDelivery:
        ids = (new_id(), webhook.id, webhook.owner_id, new_id())
        made = WebhookDelivery(*ids, "deposit.credited", "{}", AT, AT)
        delivery = replace(made, **changes)
        with self.unit_of_work(SYSTEM):
            assert self.deliveries.add(delivery)
        return delivery

    def claim(
        self, at: datetime = AT, limit: int = 9, without: Collection[UUID] = ()
    ) -> list[WebhookDelivery]:
        with self.unit_of_work(SYSTEM):
            return list(self.deliveries.claim(at, at + SECOND, limit=limit, without=without))

    def get(self, delivery: WebhookDelivery) -> WebhookDelivery:
        with self.unit_of_work(SYSTEM):
            return self.deliveries.get(delivery.webhook_id, delivery.id)

    def finish(self, claimed: WebhookDelivery, answer: WebhookAnswer = REFUSED) -> bool:
        with self.unit_of_work(SYSTEM):
            return self.deliveries.finish(claimed.after(answer, AT + SECOND, 0.5))


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        return Store(
            FakeWebhooks(database),
            FakeDeliveries(database),
            fake_secret_store(database, now),
            database.unit_of_work,
            new_id,
        )
    request.getfixturevalue("database")
    return Store(PostgresWebhooks(), PostgresDeliveries(), secret_store(), transaction, make_owner)


@pytest.fixture
def webhook(store: Store) -> Webhook:
    return store.add(store.make_owner())


class TestWebhooks:
    def test_are_found_by_their_owner_and_the_system_alone(
        self, store: Store, webhook: Webhook
    ) -> None:
        for scope in (webhook.owner_id, SYSTEM):
            with store.unit_of_work(scope):
                assert store.webhooks.get(webhook.id) == webhook
                assert store.webhooks.lock(webhook.id) == webhook
        with store.unit_of_work(store.make_owner()):
            assert store.webhooks.lock(webhook.id) is None
            with pytest.raises(WebhookNotFound):
                store.webhooks.get(webhook.id)

    def test_are_listed_newest_first_and_counted(self, store: Store, webhook: Webhook) -> None:
        owner_id = webhook.owner_id
        newer = store.add(owner_id)
        store.add(store.make_owner())
        with store.unit_of_work(owner_id):
            assert store.webhooks.list(owner_id, ALL) == [newer, webhook]
            assert store.webhooks.list(owner_id, PageRequest(9, newer.id)) == [webhook]
            assert store.webhooks.count(owner_id) == 2

    def test_want_all_events_or_some_while_they_are_on(
        self, store: Store, webhook: Webhook
    ) -> None:
        owner_id, wanted = webhook.owner_id, EventType.DEPOSIT_CREDITED
        chosen = store.add(owner_id, events=frozenset({wanted, EventType.INVOICE_PAID}))
        store.add(owner_id, events=frozenset({EventType.INVOICE_PAID}))
        store.add(owner_id, off_because=OffReason.GONE)
        with store.unit_of_work(owner_id):
            assert store.webhooks.list_wanting(owner_id, wanted) == [webhook, chosen]

    def test_are_saved_with_all_that_may_change(self, store: Store, webhook: Webhook) -> None:
        other = store.add(webhook.owner_id).secret_id
        changed = replace(
            webhook.rotated(other, AT, at_once=False).after(REFUSED, AT),
            url="https://b.example",
            description="b",
            events=frozenset({EventType.INVOICE_PAID}),
        )
        store.save(changed)
        with store.unit_of_work(SYSTEM):
            assert store.webhooks.get(webhook.id) == changed

    def test_are_deleted_with_their_deliveries(self, store: Store, webhook: Webhook) -> None:
        delivery = store.deliver(webhook)
        with store.unit_of_work(webhook.owner_id):
            store.webhooks.delete(webhook.id)
        with pytest.raises(DeliveryNotFound):
            store.get(delivery)
        with pytest.raises(WebhookNotFound), store.unit_of_work(SYSTEM):
            store.webhooks.get(webhook.id)


class TestDeliveries:
    def test_are_one_for_each_event_and_webhook(self, store: Store, webhook: Webhook) -> None:
        delivery = store.deliver(webhook)
        store.deliver(store.add(webhook.owner_id), event_id=delivery.event_id)
        with store.unit_of_work(SYSTEM):
            assert not store.deliveries.add(replace(delivery, id=new_id()))

    def test_are_found_by_their_webhook_alone(self, store: Store, webhook: Webhook) -> None:
        delivery = store.deliver(webhook)
        assert store.get(delivery) == delivery
        with pytest.raises(DeliveryNotFound):
            store.get(replace(delivery, webhook_id=store.add(webhook.owner_id).id))

    def test_are_listed_newest_first_by_state(self, store: Store, webhook: Webhook) -> None:
        old, new = store.deliver(webhook), store.deliver(webhook, state=FAILED, next_at=None)
        with store.unit_of_work(webhook.owner_id):
            for filters, wanted in (({}, [new, old]), ({"state": FAILED}, [new])):
                page = PageRequest(9, filters=filters)
                assert store.deliveries.list(webhook.id, page) == wanted
                assert store.deliveries.count(webhook.id, page) == len(wanted)


class TestClaiming:
    def test_takes_what_is_due_once_until_a_time(self, store: Store, webhook: Webhook) -> None:
        due = store.deliver(webhook)
        store.deliver(webhook, next_at=AT + DAY)
        store.deliver(webhook, state=FAILED, next_at=None)
        assert store.claim() == [replace(due, attempts=1, next_at=AT + SECOND)]
        assert store.claim() == []
        assert [one.attempts for one in store.claim(AT + SECOND)] == [2]

    def test_takes_the_oldest_and_a_few_of_each_webhook(
        self, store: Store, webhook: Webhook
    ) -> None:
        """Take the limit as it comes to see it fail: one webhook would delay the others."""
        calm = store.add(webhook.owner_id)
        for age in range(6):
            store.deliver(webhook, next_at=AT - age * SECOND)
        store.deliver(calm)
        assert sorted(one.webhook_id for one in store.claim()) == sorted(
            [*[webhook.id] * 2, calm.id]
        )
        assert [one.webhook_id for one in store.claim()] == [webhook.id] * 2

    def test_lets_owners_take_turns(self, store: Store, webhook: Webhook) -> None:
        """Number the deliveries of each webhook alone to see it fail."""
        webhooks = [webhook, *(store.add(webhook.owner_id) for _ in range(5))]
        for age in range(18):
            store.deliver(webhooks[age % 6], next_at=AT - age * SECOND)
        other = store.add(store.make_owner())
        store.deliver(other)
        taken = [one.owner_id for one in store.claim()]
        assert sorted(taken) == sorted([*[webhook.owner_id] * 4, other.owner_id])
        assert store.claim(without=[webhook.owner_id]) == []
        assert len(store.claim(limit=3)) == 3

    def test_leaves_webhooks_alone_that_are_off(self, store: Store, webhook: Webhook) -> None:
        store.deliver(webhook)
        store.save(webhook.switched(on=False))
        with store.unit_of_work(SYSTEM):
            assert store.deliveries.next_due() is None
        assert store.claim() == []

    def test_is_undone_where_no_attempt_was_made(self, store: Store, webhook: Webhook) -> None:
        delivery = store.deliver(webhook)
        claimed = store.claim()
        with store.unit_of_work(SYSTEM):
            store.deliveries.give_back(claimed, AT + DAY)
            store.deliveries.give_back(claimed, AT)  # another worker has it now
        assert store.get(delivery) == replace(delivery, next_at=AT + DAY)


class TestFinishing:
    def test_stores_the_outcome_and_when_it_is_tried_again(
        self, store: Store, webhook: Webhook
    ) -> None:
        store.deliver(webhook)
        (claimed,) = store.claim()
        assert store.finish(claimed)
        stored = store.get(claimed)
        assert (stored.last_status, stored.last_failure) == (500, DeliveryFailure.STATUS)
        assert stored == claimed.after(REFUSED, AT + SECOND, 0.5)

    def test_is_refused_once_another_attempt_has_begun(
        self, store: Store, webhook: Webhook
    ) -> None:
        store.deliver(webhook)
        (late,), (newer,) = store.claim(), store.claim(AT + SECOND)
        assert [store.finish(one, WebhookAnswer(204)) for one in (late, newer, newer)] == [
            *(False, True, False)
        ]


class TestSendingAgain:
    def test_begins_with_all_attempts(self, store: Store, webhook: Webhook) -> None:
        ended = store.deliver(webhook, state=FAILED, next_at=None, attempts=10)
        with store.unit_of_work(webhook.owner_id):
            store.deliveries.resend(ended.id, AT)
        assert store.get(ended) == replace(ended, state=WAITING, next_at=AT, attempts=0)

    def test_of_all_takes_those_that_failed_and_were_made_since_then(
        self, store: Store, webhook: Webhook
    ) -> None:
        ended = {"state": FAILED, "next_at": None}
        chosen = store.deliver(webhook, **ended)
        store.deliver(webhook, created_at=AT - SECOND, **ended)
        store.deliver(webhook, state=DeliveryState.DELIVERED, next_at=None)
        store.deliver(store.add(webhook.owner_id), **ended)
        with store.unit_of_work(webhook.owner_id):
            assert store.deliveries.resend_failed(webhook.id, AT, AT) == 1
        assert [one.id for one in store.claim()] == [chosen.id]


class TestSwitchingOff:
    def test_ends_what_waits(self, store: Store, webhook: Webhook) -> None:
        waiting, delivered = store.deliver(webhook), DeliveryState.DELIVERED
        done = store.deliver(webhook, state=delivered, next_at=None)
        with store.unit_of_work(webhook.owner_id):
            store.deliveries.end_waiting(webhook.id)
        ended = store.get(waiting)
        assert (ended.state, ended.next_at) == (FAILED, None)
        assert ended.last_failure is DeliveryFailure.SWITCHED_OFF
        assert store.get(done) == done


class TestTheNextOne:
    def test_is_that_of_the_earliest_time(self, store: Store, webhook: Webhook) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.deliveries.next_due() is None
        for later in (DAY, SECOND):
            store.deliver(webhook, next_at=AT + later)
        with store.unit_of_work(SYSTEM):
            assert store.deliveries.next_due() == AT + SECOND
