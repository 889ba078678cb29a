"""Outgoing webhooks and their deliveries in memory."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.kernel.correlation import current
from mara.kernel.page import PageRequest
from mara.notifications.adapters.webhook_deliveries import OF_EACH_WEBHOOK
from mara.notifications.errors import DeliveryNotFound, WebhookNotFound
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import (
    OF_EACH_OWNER,
    DeliveryFailure,
    DeliveryState,
    Webhook,
    WebhookDelivery,
)
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.pages import cut

WAITING = DeliveryState.WAITING


class FakeWebhooks:
    """Implements ``Webhooks``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, Webhook]:
        return self._database.tables.webhooks

    def add(self, webhook: Webhook) -> None:
        self._rows[webhook.id] = webhook

    def get(self, webhook_id: UUID) -> Webhook:
        found = self.lock(webhook_id)
        if found is None:
            raise WebhookNotFound("Check the id.")
        return found

    def lock(self, webhook_id: UUID) -> Webhook | None:
        found = self._rows.get(webhook_id)
        return found if found and self._database.sees(found.owner_id) else None

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Webhook]:
        return cut((one for one in self._rows.values() if one.owner_id == owner_id), page)

    def count(self, owner_id: UUID) -> int:
        return sum(one.owner_id == owner_id for one in self._rows.values())

    def list_wanting(self, owner_id: UUID, event: EventType) -> Sequence[Webhook]:
        return [
            one
            for one in sorted(self._rows.values(), key=lambda one: one.id)
            if one.owner_id == owner_id
            and one.off_because is None
            and (one.events is None or event in one.events)
        ]

    def save(self, webhook: Webhook) -> None:
        created_at = self._rows[webhook.id].created_at
        self._rows[webhook.id] = replace(webhook, created_at=created_at)

    def delete(self, webhook_id: UUID) -> None:
        self._rows.pop(webhook_id, None)
        deliveries = self._database.tables.webhook_deliveries
        for one in [one for one in deliveries.values() if one.webhook_id == webhook_id]:
            del deliveries[one.id]


class FakeDeliveries:
    """Implements ``Deliveries``. One transaction runs at a time, so that claims never meet."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, WebhookDelivery]:
        return self._database.tables.webhook_deliveries

    def add(self, delivery: WebhookDelivery) -> bool:
        key = (delivery.webhook_id, delivery.event_id)
        if key in {(one.webhook_id, one.event_id) for one in self._rows.values()}:
            return False
        self._rows[delivery.id] = replace(delivery, correlation_id=current())
        return True

    def get(self, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
        found = self._rows.get(delivery_id)
        if found is None or found.webhook_id != webhook_id:
            raise DeliveryNotFound("Check the id.")
        return found

    def list(self, webhook_id: UUID, page: PageRequest) -> Sequence[WebhookDelivery]:
        return cut(self._wanted(webhook_id, page), page)

    def count(self, webhook_id: UUID, page: PageRequest) -> int:
        return len(self._wanted(webhook_id, page))

    def claim(
        self, now: datetime, until: datetime, *, limit: int, without: Collection[UUID] = ()
    ) -> Sequence[WebhookDelivery]:
        due = [one for at, one in self._due() if at <= now and one.owner_id not in without]
        first = _in_turns(due, OF_EACH_WEBHOOK, lambda one: one.webhook_id)
        chosen = _in_turns(first, OF_EACH_OWNER, lambda one: one.owner_id)[:limit]
        taken = [replace(one, attempts=one.attempts + 1, next_at=until) for one in chosen]
        self._put(taken)
        return taken

    def give_back(self, claimed: Sequence[WebhookDelivery], at: datetime) -> None:
        for one in claimed:
            if self._runs(one):
                again = replace(self._rows[one.id], attempts=one.attempts - 1, next_at=at)
                self._put([again])

    def finish(self, delivery: WebhookDelivery) -> bool:
        if not self._runs(delivery):
            return False
        self._put([delivery])
        return True

    def resend(self, delivery_id: UUID, now: datetime) -> None:
        self._put([replace(self._rows[delivery_id], state=WAITING, attempts=0, next_at=now)])

    def resend_failed(self, webhook_id: UUID, since: datetime, now: datetime) -> int:
        found = [
            one
            for one in self._of(webhook_id)
            if one.state is DeliveryState.FAILED and one.created_at >= since
        ]
        for one in found:
            self.resend(one.id, now)
        return len(found)

    def end_waiting(self, webhook_id: UUID) -> None:
        failed, because = DeliveryState.FAILED, DeliveryFailure.SWITCHED_OFF
        self._put(
            replace(one, state=failed, next_at=None, last_failure=because)
            for one in self._of(webhook_id)
            if one.state is WAITING
        )

    def next_due(self) -> datetime | None:
        return next((at for at, _ in self._due()), None)

    def _due(self) -> Sequence[tuple[datetime, WebhookDelivery]]:
        """Those that wait, of webhooks that are on, by their time."""
        webhooks = self._database.tables.webhooks
        found = [
            (one.next_at, one)
            for one in self._rows.values()
            if one.state is WAITING and one.next_at and not webhooks[one.webhook_id].off_because
        ]
        return sorted(found, key=lambda each: each[0])

    def _of(self, webhook_id: UUID) -> Sequence[WebhookDelivery]:
        return [one for one in self._rows.values() if one.webhook_id == webhook_id]

    def _wanted(self, webhook_id: UUID, page: PageRequest) -> Sequence[WebhookDelivery]:
        state = page.filters.get("state")
        return [one for one in self._of(webhook_id) if state in (None, one.state)]

    def _runs(self, claimed: WebhookDelivery) -> bool:
        stored = self._rows.get(claimed.id)
        return stored is not None and (stored.state, stored.attempts) == (WAITING, claimed.attempts)

    def _put(self, deliveries: Iterable[WebhookDelivery]) -> None:
        self._rows.update({one.id: one for one in deliveries})


def _in_turns(
    due: Sequence[WebhookDelivery], most: int, group: Callable[[WebhookDelivery], UUID]
) -> list[WebhookDelivery]:
    """Up to ``most`` of each group: the first of all, then the second of all."""
    turns = [
        (sum(group(other) == group(one) for other in due[:n]), one) for n, one in enumerate(due)
    ]
    return [one for turn, one in sorted(turns, key=lambda each: each[0]) if turn < most]
