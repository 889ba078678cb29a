"""Deliveries on PostgreSQL: each event once per webhook, tried again, given up in the end."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from mara.kernel.envelope import KeysUnavailable
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.adapters.webhook_deliveries import PostgresDeliveries
from mara.notifications.adapters.webhook_sender import HttpsWebhookSender
from mara.notifications.messages import SendWebhooks
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import (
    DeliveryFailure,
    DeliveryState,
    OffReason,
    WebhookAnswer,
)
from mara.notifications.ports import WebhookRequest
from mara.operations.adapters.postgres import delete_expired
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.vault.model import ConnectionSecret
from mara.wiring.webhooks import webhook_service
from tests.support.accounts import Account, make_account
from tests.support.webhook_receiver import receiver
from tests.support.webhooks_world import (
    ACCEPTED,
    WebhookWorld,
    deposit_credited,
    rows_of,
)

REFUSED = WebhookAnswer(500, DeliveryFailure.STATUS)
GONE = WebhookAnswer(410, DeliveryFailure.STATUS)


@pytest.fixture
def anna(database: str) -> Account:
    return make_account("anna")


@pytest.fixture
def world() -> WebhookWorld:
    return WebhookWorld()


def verified(secret: str, request: WebhookRequest) -> Any:
    """The body, as the official library verifies and reads it. Raises WebhookVerificationError."""
    return Verifier(secret).verify(request.body.decode(), dict(request.headers))


class TestEvent:
    def test_becomes_a_delivery_with_ids_only(self, anna: Account, world: WebhookWorld) -> None:
        webhook, _ = world.create(anna)
        event = deposit_credited(anna.id)
        assert world.deliveries.prepare(event) == 1
        (delivery,) = world.listed(anna, webhook.id)
        body = json.loads(delivery.body)
        assert body["type"] == delivery.type == "deposit.credited"
        assert body["data"] == {"deposit_id": event.data["deposit_id"]}
        assert set(body) == {"type", "timestamp", "data"}
        assert world.published == [SendWebhooks()]

    def test_that_arrives_again_becomes_no_second_one(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        event = deposit_credited(anna.id)
        assert [world.deliveries.prepare(event) for _ in range(3)] == [1, 0, 0]
        assert len(world.listed(anna, webhook.id)) == 1

    def test_goes_to_the_webhooks_that_select_it(self, anna: Account, world: WebhookWorld) -> None:
        boris = make_account("boris")
        chosen, _ = world.create(anna, events=frozenset({EventType.DEPOSIT_CREDITED}))
        other, _ = world.create(anna, events=frozenset({EventType.INVOICE_PAID}))
        off, _ = world.create(anna)
        of_boris, _ = world.create(boris)
        webhook_service().change(anna.principal, off.id, {"active": False})
        assert world.deliveries.prepare(deposit_credited(anna.id)) == 1
        counts = [len(world.listed(anna, one.id)) for one in (chosen, other, off)]
        assert (counts, world.listed(boris, of_boris.id)) == ([1, 0, 0], [])

    def test_of_no_known_name_is_skipped(self, anna: Account, world: WebhookWorld) -> None:
        world.create(anna)
        event = deposit_credited(anna.id).model_copy(update={"event": "user-deactivated"})
        assert world.deliveries.prepare(event) == 0

    def test_leaves_nothing_if_the_doorbell_cannot_be_stored(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)

        def fail(message: object) -> None:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            replace(world.deliveries, publish=fail).prepare(deposit_credited(anna.id))
        assert world.listed(anna, webhook.id) == []


class TestSending:
    def test_is_accepted_by_the_official_verifier_over_tls(
        self, anna: Account, tmp_path: Path
    ) -> None:
        world = WebhookWorld(at=now())  # the verifier has its own clock
        webhook, secret = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        with receiver(tmp_path) as there:
            real = HttpsWebhookSender(now, there.trust, there.resolve, there.connect)
            assert world.sending(real).send_due() == 1
        (request,) = there.requests
        body = Verifier(secret).verify(request.body.decode(), request.headers)
        (delivery,) = world.listed(anna, webhook.id)
        assert body == json.loads(delivery.body)
        assert request.headers["webhook-id"] == str(delivery.id)
        assert (delivery.state, delivery.last_status) == (DeliveryState.DELIVERED, 204)
        assert delivery.next_at is None

    def test_is_tried_ten_times_with_one_id_and_ever_new_signatures(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        world.sender.script = lambda _request: REFUSED
        began = world.at
        while due := world.listed(anna, webhook.id)[0].next_at:
            world.at = max(world.at, due)
            world.sending().send_due()
        (delivery,) = world.listed(anna, webhook.id)
        assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, 10)
        assert world.at - began == timedelta(hours=75, minutes=35, seconds=5)
        assert set(world.sender.ids) == {str(delivery.id)}
        times = [request.headers["webhook-timestamp"] for request in world.sender.sent]
        signatures = {request.headers["webhook-signature"] for request in world.sender.sent}
        assert (len(set(times)), len(signatures)) == (10, 10)

    def test_waits_for_the_second_attempt_which_is_due_so_soon(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        answers = iter([REFUSED, ACCEPTED])
        world.sender.script = lambda _request: next(answers)
        assert world.sending().send_due() == 2

    def test_obeys_what_a_receiver_asks_for_up_to_a_day(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        asked = timedelta(hours=3)
        world.sender.script = lambda _request: replace(REFUSED, retry_after=asked)
        world.sending().send_due()
        assert world.listed(anna, webhook.id)[0].next_at == world.at + asked
        world.at += asked
        asked = timedelta(days=9)
        world.sending().send_due()
        assert world.listed(anna, webhook.id)[0].next_at == world.at + timedelta(days=1)

    def test_has_two_signatures_for_a_day_after_a_rotation(self, anna: Account) -> None:
        world = WebhookWorld(at=now())
        webhook, old = world.create(anna)
        service = replace(webhook_service(), now=world.now)
        _, new = service.rotate(anna.principal, webhook.id, at_once=False)
        world.deliveries.prepare(deposit_credited(anna.id))
        world.sending().send_due()
        assert verified(old, world.sender.sent[0]) == verified(new, world.sender.sent[0])
        world.at += timedelta(hours=24)
        world.deliveries.prepare(deposit_credited(anna.id))
        world.sending().send_due()
        assert " " not in world.sender.sent[1].headers["webhook-signature"]

    def test_has_one_signature_after_a_rotation_at_once(self, anna: Account) -> None:
        world = WebhookWorld(at=now())
        webhook, _ = world.create(anna)
        _, new = webhook_service().rotate(anna.principal, webhook.id, at_once=True)
        world.deliveries.prepare(deposit_credited(anna.id))
        world.sending().send_due()
        assert " " not in world.sender.sent[0].headers["webhook-signature"]
        verified(new, world.sender.sent[0])
        assert list(rows_of("SELECT count(*) FROM connection_secrets")) == [(1,)]

    def test_takes_a_few_of_each_webhook_so_that_none_delays_the_others(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        busy, _ = world.create(anna, events=frozenset({EventType.DEPOSIT_CREDITED}))
        for _ in range(30):
            world.deliveries.prepare(deposit_credited(anna.id))
        calm, _ = world.create(anna)
        world.deliveries.test(anna.principal, calm.id)
        with transaction(SYSTEM):
            claimed = PostgresDeliveries().claim(world.at, world.at, limit=16)
        assert sorted(one.webhook_id for one in claimed) == sorted([*[busy.id] * 2, calm.id])
        world.sending().send_due()
        assert len(set(world.sender.ids)) == 31


class TestWorkers:
    def test_that_work_side_by_side_take_each_delivery_once(
        self, anna: Account, world: WebhookWorld, database: str
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        with psycopg.connect(database) as other:
            other.execute("SELECT set_config('mara.scope', 'system', true)")
            other.execute("SELECT FROM webhook_deliveries FOR UPDATE")
            assert world.sending().send_due() == 0  # it takes nothing, and does not wait
        assert world.sending().send_due() == 1
        assert world.listed(anna, webhook.id)[0].attempts == 1

    def test_that_die_leave_the_delivery_to_the_next_one(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))

        def die(request: WebhookRequest) -> WebhookAnswer:
            raise SystemExit

        world.sender.script = die
        with pytest.raises(SystemExit):
            world.sending().send_due()
        world.sender.script = lambda _request: ACCEPTED
        assert world.sending().send_due() == 0  # it may be at work still
        world.at += timedelta(seconds=60)
        assert world.deliveries.ring()
        assert world.sending().send_due() == 1
        (delivery,) = world.listed(anna, webhook.id)
        assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)
        assert len(set(world.sender.ids)) == 1

    def test_that_always_die_over_one_delivery_give_it_up(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        for _ in range(10):
            with transaction(SYSTEM):
                taken = PostgresDeliveries().claim(world.at, world.at, limit=1)
            assert len(taken) == 1
        world.sending().send_due()
        (delivery,) = world.listed(anna, webhook.id)
        assert delivery.state is DeliveryState.FAILED
        assert delivery.last_failure is DeliveryFailure.INTERRUPTED
        assert world.sender.sent == []

    def test_that_come_late_change_nothing_of_what_was_sent_again(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))

        def send_again_meanwhile(request: WebhookRequest) -> WebhookAnswer:
            delivery = world.listed(anna, webhook.id)[0]
            world.deliveries.resend(anna.principal, webhook.id, delivery.id)
            world.sender.script = lambda _request: ACCEPTED
            return GONE

        world.sender.script = send_again_meanwhile
        world.sending().send_due()
        assert world.listed(anna, webhook.id)[0].state is DeliveryState.DELIVERED
        assert world.get(anna, webhook.id).off_because is None

    def test_without_the_key_service_lose_no_attempt(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))

        class NoKeys:
            def __getattr__(self, name: str) -> Any:
                return getattr(world.sending().secrets, name)

            def open(self, sealed: ConnectionSecret) -> Secret:
                raise KeysUnavailable("Try again.")

        no_keys: Any = NoKeys()
        with pytest.raises(KeysUnavailable):
            replace(world.sending(), secrets=no_keys).send_due()
        (delivery,) = world.listed(anna, webhook.id)
        assert (delivery.attempts, delivery.next_at) == (0, world.at + timedelta(seconds=5))
        world.at += timedelta(seconds=5)
        assert world.sending().send_due() == 1

    def test_find_a_webhook_that_was_deleted_meanwhile(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))

        def delete(request: WebhookRequest) -> WebhookAnswer:
            webhook_service().delete(anna.principal, webhook.id)
            return REFUSED

        world.sender.script = delete
        assert world.sending().send_due() == 1
        assert list(rows_of("SELECT count(*) FROM webhook_deliveries")) == [(0,)]
        assert list(rows_of("SELECT count(*) FROM connection_secrets")) == [(0,)]


class TestReceiversThatHang:
    """See it fail: wait for all flights in ``_land``."""

    def test_delay_no_delivery_that_comes_meanwhile(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        boris = make_account("boris")
        there, _ = world.create(boris, "https://boris.example.com/")
        for _ in range(3):
            webhook, _ = world.create(anna)
            for _ in range(3):
                world.deliveries.test(anna.principal, webhook.id)
        sender = HangingSender(lambda: world.deliveries.test(boris.principal, there.id))
        assert world.sending(sender).send_due() == 10
        assert sender.ended_before_the_other == 0
        assert sender.most_hanging <= 7

    def test_of_one_owner_leave_places_for_others(self, world: WebhookWorld, anna: Account) -> None:
        boris = make_account("boris")
        hooks = [world.create(anna)[0] for _ in range(20)]
        for hook in hooks:
            for _ in range(4):
                world.deliveries.test(anna.principal, hook.id)
        world.create(boris)
        world.deliveries.prepare(deposit_credited(boris.id))
        with transaction(SYSTEM):
            later = world.at + timedelta(seconds=1)
            claimed = PostgresDeliveries().claim(later, later, limit=16)
        owners = [one.owner_id for one in claimed]
        assert sorted(owners) == sorted([*[anna.id] * 4, boris.id])


@dataclass
class HangingSender:
    """Implements ``WebhookSender``: all but one receiver hang for three seconds."""

    meanwhile: Callable[[], object]
    """Is called once, while the first ones hang."""
    hanging: list[Future[WebhookAnswer]] = field(default_factory=list)
    most_hanging: int = 0
    ended_before_the_other: int | None = None

    def start(self, request: WebhookRequest) -> Future[WebhookAnswer]:
        answer = Future[WebhookAnswer]()
        if "boris" in request.url:
            self.ended_before_the_other = sum(one.done() for one in self.hanging)
            answer.set_result(ACCEPTED)
            return answer
        self.hanging.append(answer)
        self.most_hanging = max(self.most_hanging, sum(not one.done() for one in self.hanging))
        Timer(3, lambda: answer.set_result(ACCEPTED)).start()
        if len(self.hanging) == 1:
            self.meanwhile()
        return answer


class TestSwitchingOff:
    def test_is_done_at_once_by_410_with_all_that_waits(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        for _ in range(3):
            world.deliveries.prepare(deposit_credited(anna.id))
        world.sender.script = lambda _request: GONE
        world.sending().send_due()
        assert world.get(anna, webhook.id).off_because is OffReason.GONE
        assert world.switched_off == [webhook.id]
        assert {one.state for one in world.listed(anna, webhook.id)} == {DeliveryState.FAILED}
        assert world.deliveries.prepare(deposit_credited(anna.id)) == 0
        assert not world.deliveries.ring()

    def test_is_done_after_five_days_and_ten_attempts_without_success(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.sender.script = lambda _request: REFUSED
        for day in range(6):
            world.deliveries.prepare(deposit_credited(anna.id))
            world.sending().send_due()
            found = world.get(anna, webhook.id)
            assert (found.off_because is None) == (day < 5)
            world.at += timedelta(days=1)
        assert found.failures >= 10
        assert world.switched_off == [webhook.id]

    def test_is_not_done_where_one_was_delivered_in_between(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        for day in range(10):
            answer = ACCEPTED if day == 5 else REFUSED
            world.sender.script = lambda _request, answer=answer: answer  # type: ignore[misc]
            world.deliveries.test(anna.principal, webhook.id)
            world.sending().send_due()
            world.at += timedelta(hours=20)
        found = world.get(anna, webhook.id)
        assert (found.off_because, found.failures > 0) == (None, True)

    def test_by_the_owner_fails_what_waits_and_can_be_undone(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        world.deliveries.prepare(deposit_credited(anna.id))
        webhook_service().change(anna.principal, webhook.id, {"active": False})
        assert world.sending().send_due() == 0
        assert world.listed(anna, webhook.id)[0].last_failure is DeliveryFailure.SWITCHED_OFF
        webhook_service().change(anna.principal, webhook.id, {"active": True})
        since = world.at - timedelta(hours=1)
        assert world.deliveries.resend_failed(anna.principal, webhook.id, since) == 1
        assert world.deliveries.resend_failed(anna.principal, webhook.id, since) == 0
        assert world.sending().send_due() == 1
        assert world.listed(anna, webhook.id)[0].state is DeliveryState.DELIVERED


class TestRetention:
    def test_deletes_what_is_finished_and_secrets_that_sign_no_more(
        self, anna: Account, world: WebhookWorld
    ) -> None:
        webhook, _ = world.create(anna)
        service = replace(webhook_service(), now=world.now)
        service.rotate(anna.principal, webhook.id, at_once=False)
        world.deliveries.prepare(deposit_credited(anna.id))
        world.sending().send_due()
        world.at += timedelta(days=1)
        world.deliveries.prepare(deposit_credited(anna.id))
        deleted = delete_expired(world.at + timedelta(days=29, hours=1))
        assert (deleted["webhook_deliveries"], deleted["connection_secrets"]) == (1, 1)
        assert world.get(anna, webhook.id).previous_secret_id is None
        assert [one.state for one in world.listed(anna, webhook.id)] == [DeliveryState.WAITING]
