"""Deliveries of outgoing webhooks: made of events, listed, and sent again on request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.ids import made_at, new_id
from mara.kernel.messages import Publish
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.notifications.errors import WebhookOff
from mara.notifications.messages import NotifyOwner, SendWebhooks
from mara.notifications.model.notices import Channel, kind_of
from mara.notifications.model.webhook_events import EVENT_FORMS, TEST, body_of
from mara.notifications.model.webhooks import Webhook, WebhookDelivery
from mara.notifications.ports import Deliveries, Notices, Webhooks
from mara.notifications.service.webhooks import own


@dataclass(frozen=True, slots=True)
class DeliveryService:
    """Makes deliveries, and shows the caller those of its webhooks."""

    webhooks: Webhooks
    deliveries: Deliveries
    notices: Notices
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def prepare(self, message: NotifyOwner) -> int:
        """Make a delivery for each webhook of the owner that wants the event; return how many.

        An event that arrives again makes no second delivery, and one whose notices the owner does
        not want by webhooks makes none.
        """
        form, kind = EVENT_FORMS.get(message.event), kind_of(message.event, message.data)
        if form is None:
            return 0
        now = self.now()
        data = {name: message.data[name] for name in form.fields}
        body = body_of(form.type, made_at(message.event_id) or now, data)
        with self.unit_of_work(message.owner_id):
            preferences = self.notices.preferences(message.owner_id)
            if kind and not preferences.wants(kind, Channel.WEBHOOKS):
                return 0
            made = [
                self.deliveries.add(_delivery(webhook, message.event_id, form.type, body, now=now))
                for webhook in self.webhooks.list_wanting(message.owner_id, form.type)
            ]
            if any(made):
                self.publish(SendWebhooks())
        return sum(made)

    def test(self, caller: Principal, webhook_id: UUID) -> WebhookDelivery:
        """Make a delivery of a test event. Raises WebhookNotFound, WebhookOff."""
        now, event_id = self.now(), new_id()
        body = body_of(TEST, now, {"webhook_id": str(webhook_id)})
        with self.unit_of_work(caller.user_id):
            webhook = self._active(caller, webhook_id)
            delivery = _delivery(webhook, event_id, TEST, body, now=now)
            self.deliveries.add(delivery)
            self.publish(SendWebhooks())
        return delivery

    def list(self, caller: Principal, webhook_id: UUID, page: PageRequest) -> Page[WebhookDelivery]:
        """Return a page of the webhook's deliveries. Raises WebhookNotFound, InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            own(self.webhooks.get(webhook_id), caller)
            found = self.deliveries.list(webhook_id, page)
            total = self.deliveries.count(webhook_id, page) if page.total else None
        return Page.of(found, page, lambda delivery: delivery.id, total=total)

    def resend(self, caller: Principal, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
        """Send one delivery again, whatever its state, with all of its attempts.

        Raises WebhookNotFound, DeliveryNotFound, WebhookOff.
        """
        with self.unit_of_work(caller.user_id):
            self._active(caller, webhook_id)
            self.deliveries.get(webhook_id, delivery_id)
            self.deliveries.resend(delivery_id, self.now())
            self.publish(SendWebhooks())
            return self.deliveries.get(webhook_id, delivery_id)

    def resend_failed(self, caller: Principal, webhook_id: UUID, since: datetime) -> int:
        """Send again what failed of the events since a time; return how many there are.

        Raises WebhookNotFound, WebhookOff.
        """
        with self.unit_of_work(caller.user_id):
            self._active(caller, webhook_id)
            count = self.deliveries.resend_failed(webhook_id, since, self.now())
            if count:
                self.publish(SendWebhooks())
        return count

    def ring(self) -> bool:
        """Ring for deliveries that are due; return whether there are any."""
        with self.unit_of_work(SYSTEM):
            due = self.deliveries.next_due()
            if due is None or due > self.now():
                return False
            self.publish(SendWebhooks())
        return True

    def _active(self, caller: Principal, webhook_id: UUID) -> Webhook:
        # Locked, so that it is not switched off between the check and what is made.
        webhook = own(self.webhooks.lock(webhook_id), caller)
        if webhook.off_because:
            raise WebhookOff("Switch it on first.")
        return webhook


def _delivery(
    webhook: Webhook, event_id: UUID, type_: str, body: str, *, now: datetime
) -> WebhookDelivery:
    return WebhookDelivery(
        id=new_id(),
        webhook_id=webhook.id,
        owner_id=webhook.owner_id,
        event_id=event_id,
        type=type_,
        body=body,
        created_at=now,
        next_at=now,
    )
