"""The ports of the notifications domain."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.notifications.model import ChangeBatch
from mara.notifications.model.notices import Notice, NoticePreferences
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import Webhook, WebhookAnswer, WebhookDelivery


class Changes(Protocol):
    """The recorded changes of objects; each is written in the transaction of the change itself."""

    def read(self, owner_id: UUID, after: str | None, limit: int, *, now: datetime) -> ChangeBatch:
        """Return at most ``limit`` changes of the owner's objects that ``after`` has not seen.

        None returns all that are kept. A change appears once its transaction is committed, however
        long that took. Raises InvalidCursor, CursorExpired.
        """


class Webhooks(Protocol):
    """The repository of outgoing webhooks."""

    def add(self, webhook: Webhook) -> None:
        """Insert the webhook."""

    def get(self, webhook_id: UUID) -> Webhook:
        """Return the webhook. Raises WebhookNotFound where the scope has none."""

    def lock(self, webhook_id: UUID) -> Webhook | None:
        """Return the webhook, which no other transaction changes until this one ends."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Webhook]:
        """Return a page of the owner's webhooks, and one more if there is another."""

    def count(self, owner_id: UUID) -> int:
        """Return the number of the owner's webhooks."""

    def list_wanting(self, owner_id: UUID, event: EventType) -> Sequence[Webhook]:
        """Return the webhooks of an active owner that are on and want this event."""

    def save(self, webhook: Webhook) -> None:
        """Store the changed webhook."""

    def delete(self, webhook_id: UUID) -> None:
        """Delete the webhook with its deliveries."""


class Deliveries(Protocol):
    """The repository of deliveries: the queue of outgoing webhooks."""

    def add(self, delivery: WebhookDelivery) -> bool:
        """Insert the delivery; False where this event is there already for this webhook."""

    def get(self, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
        """Return the delivery. Raises DeliveryNotFound where the webhook has none."""

    def list(self, webhook_id: UUID, page: PageRequest) -> Sequence[WebhookDelivery]:
        """Return a page of the webhook's deliveries; the filter is ``state``."""

    def count(self, webhook_id: UUID, page: PageRequest) -> int:
        """Return the number of the webhook's deliveries that the page's filter selects."""

    def claim(
        self, now: datetime, until: datetime, *, limit: int, without: Collection[UUID] = ()
    ) -> Sequence[WebhookDelivery]:
        """Take deliveries that are due, of webhooks that are on: count an attempt of each.

        They are due again at ``until``. No two transactions take the same. Owners take turns, and
        the webhooks of one do, a few of each: one with many does not delay the others. Those of
        the owners ``without`` are left.
        """

    def give_back(self, claimed: Sequence[WebhookDelivery], at: datetime) -> None:
        """Undo the claim of attempts that were not made: they are due at ``at``."""

    def finish(self, delivery: WebhookDelivery) -> bool:
        """Store the outcome of the attempt; False where another attempt has begun since then."""

    def resend(self, delivery_id: UUID, now: datetime) -> None:
        """Let the delivery begin again, at once."""

    def resend_failed(self, webhook_id: UUID, since: datetime, now: datetime) -> int:
        """Do so with those that failed and were made at ``since`` or later; return how many."""

    def end_waiting(self, webhook_id: UUID) -> None:
        """Let those that wait fail, because their webhook was switched off."""

    def next_due(self) -> datetime | None:
        """When the next delivery of a webhook that is on is due, None if none waits."""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One attempt, as it is sent."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class WebhookPlans(Protocol):
    """Which owners may create webhooks."""

    def check(self, owner_id: UUID) -> None:
        """Raise a refusal where the owner's plan has no webhooks."""


class WebhookSender(Protocol):
    """Sends requests to receivers; whatever they do is an answer, no error."""

    def start(self, request: WebhookRequest) -> Future[WebhookAnswer]:
        """Begin to send a request, beside those that are on the way; its answer comes later."""


class Notices(Protocol):
    """The repository of notices."""

    def add(self, notice: Notice) -> bool:
        """Insert the notice; False where its event has one already."""

    def find(self, notice_id: UUID) -> Notice | None:
        """Return the notice; None where the scope has none."""

    def was_told(self, notice: Notice, fields: Sequence[str], since: datetime) -> bool:
        """Whether its owner has another notice of its kind and these values after ``since``."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Notice]:
        """Return a page of the owner's notices; filters are ``unread`` (1 or 0) and ``kind``."""

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of notices that the page's filters select."""

    def mark_read(self, notice_id: UUID, now: datetime) -> Notice:
        """Mark the notice as read, if it is not yet. Raises NoticeNotFound."""

    def mark_all_read(self, owner_id: UUID, now: datetime) -> int:
        """Mark all notices of the owner as read; return how many were not yet."""

    def preferences(self, owner_id: UUID) -> NoticePreferences:
        """Return the owner's preferences."""

    def save_preferences(self, owner_id: UUID, preferences: NoticePreferences) -> None:
        """Replace the owner's preferences."""
