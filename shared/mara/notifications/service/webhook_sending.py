"""Sends the deliveries that are due: takes them, signs them, sends them, stores what came of it.

A delivery is taken for ``LEASE``. A worker that dies in between leaves it to the next one, which
may send it a second time; its ``webhook-id`` is the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.errors import Unavailable
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.notifications.messages import WebhookSwitchedOff
from mara.notifications.model.delivery_attempts import WAITS
from mara.notifications.model.webhook_signature import signed_headers
from mara.notifications.model.webhooks import (
    OF_EACH_OWNER,
    DeliveryFailure,
    Webhook,
    WebhookAnswer,
    WebhookDelivery,
)
from mara.notifications.ports import Deliveries, WebhookRequest, Webhooks, WebhookSender
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

Flights = dict[Future[WebhookAnswer], WebhookDelivery]

LEASE = timedelta(seconds=60)
"""Longer than an attempt takes, with the pauses of a slow resolver."""
AT_ONCE = 16
"""Sent side by side by a worker. What is answered makes room for the next one at once."""
LOOK_EVERY_S = 1.0
"""How often a worker whose receivers do not answer looks for what became due, in seconds."""
GATHERED_S = 0.05
"""For so long it waits for further answers, in seconds, before it takes deliveries again."""
WORK_FOR = timedelta(seconds=30)
"""No attempt is begun after that."""
WAIT_MAX = timedelta(seconds=6)
"""For a delivery that is due so soon, the worker waits: the second attempt comes after 5 s."""
HEADERS = {"Content-Type": "application/json", "User-Agent": "MARA-Webhooks/1"}
AGAIN_AFTER = timedelta(seconds=5)
"""When what could not be signed is tried again."""


@dataclass(frozen=True, slots=True)
class WebhookSendingService:
    """Works through the deliveries that are due."""

    webhooks: Webhooks
    deliveries: Deliveries
    secrets: SecretStore
    sender: WebhookSender
    record: Callable[[WebhookDelivery, WebhookAnswer], None]
    """Logs what came of an attempt."""
    ring: Callable[[], object]
    """Rings for what is due still."""
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock
    chance: Callable[[], float]
    """Returns a random number, 0..1."""
    wait: Callable[[float], None]
    """Waits for a number of seconds."""

    def send_due(self) -> int:
        """Send what is due, and what becomes due meanwhile; return the number of attempts.

        Raises KeysUnavailable where secrets cannot be opened: nothing is lost then.
        """
        until = self.now() + WORK_FOR
        flights: Flights = {}
        sent = 0
        try:
            while self.now() < until:
                begun = self._begin(flights)
                sent += begun
                if flights:
                    self._land(flights)
                elif not begun and not self._wait_for_next(until):
                    return sent
        finally:
            while flights:
                self._land(flights)
        self.ring()
        return sent

    def _wait_for_next(self, until: datetime) -> bool:
        with self.unit_of_work(SYSTEM):
            due = self.deliveries.next_due()
        now = self.now()
        # What is due already is held by another worker, which has just taken it.
        if due is None or not now < due <= min(until, now + WAIT_MAX):
            return False
        self.wait((due - now).total_seconds())
        return True

    def _begin(self, flights: Flights) -> int:
        """Begin the attempts that there is room for; return how many were taken."""
        room = AT_ONCE - len(flights)
        if not room:
            return 0
        on_the_way = Counter(delivery.owner_id for delivery in flights.values())
        full = [owner_id for owner_id, count in on_the_way.items() if count >= OF_EACH_OWNER]
        now = self.now()
        with self.unit_of_work(SYSTEM):
            claimed = self.deliveries.claim(now, now + LEASE, limit=room, without=full)
            webhooks = {one.webhook_id: self.webhooks.get(one.webhook_id) for one in claimed}
            sealed = self._sealed(webhooks.values(), now)
        # Beyond the last attempt, one was interrupted: it is not repeated for ever.
        over = [one for one in claimed if one.attempts > len(WAITS)]
        for delivery in over:
            self._end(delivery, WebhookAnswer(failure=DeliveryFailure.INTERRUPTED))
        to_send = [one for one in claimed if one.attempts <= len(WAITS)]
        keys = self._open(sealed, to_send)
        for one in to_send:
            flights[self.sender.start(self._request(one, webhooks[one.webhook_id], keys))] = one
        return len(claimed)

    def _land(self, flights: Flights) -> None:
        """Store the answers that came; return without any after a time."""
        wait(flights, LOOK_EVERY_S, FIRST_COMPLETED)
        answered, _ = wait(flights, GATHERED_S)
        for flight in answered:
            self._end(flights.pop(flight), flight.result())

    def _sealed(self, webhooks: Iterable[Webhook], now: datetime) -> Sequence[ConnectionSecret]:
        wanted = [one for webhook in webhooks for one in webhook.secret_ids(now)]
        found = (self.secrets.get(secret_id) for secret_id in wanted)
        return [secret for secret in found if secret]

    def _open(
        self, sealed: Sequence[ConnectionSecret], claimed: Sequence[WebhookDelivery]
    ) -> Mapping[UUID, bytes]:
        """The keys by the id of their secret. Raises KeysUnavailable, with the claims undone."""
        keys = dict[UUID, bytes]()
        try:
            for secret in sealed:
                with self.secrets.open(secret) as buffer:
                    keys[secret.id] = bytes(buffer)
        except Unavailable:
            with self.unit_of_work(SYSTEM):
                self.deliveries.give_back(claimed, self.now() + AGAIN_AFTER)
            raise
        return keys

    def _request(
        self, delivery: WebhookDelivery, webhook: Webhook, keys: Mapping[UUID, bytes]
    ) -> WebhookRequest:
        now, body = self.now(), delivery.body.encode()
        signing = [keys[one] for one in webhook.secret_ids(now) if one in keys]
        headers = signed_headers(str(delivery.id), body, now, signing)
        return WebhookRequest(webhook.url, {**headers, **HEADERS}, body)

    def _end(self, delivery: WebhookDelivery, answer: WebhookAnswer) -> None:
        with following(delivery.correlation_id):
            self._store(delivery, answer)
            self.record(delivery, answer)

    def _store(self, delivery: WebhookDelivery, answer: WebhookAnswer) -> None:
        """Store what came of an attempt, and what it means for the webhook."""
        now = self.now()
        with self.unit_of_work(SYSTEM):
            webhook = self.webhooks.lock(delivery.webhook_id)
            if webhook is None:
                return  # deleted meanwhile, with its deliveries
            if not self.deliveries.finish(delivery.after(answer, now, self.chance())):
                return  # sent again meanwhile, or switched off
            after = webhook.after(answer, now)
            if after != webhook:
                self.webhooks.save(after)
            if after.off_because and not webhook.off_because:
                self.deliveries.end_waiting(webhook.id)
                self.publish(WebhookSwitchedOff(webhook_id=webhook.id, owner_id=webhook.owner_id))
