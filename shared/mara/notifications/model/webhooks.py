"""Outgoing webhooks and their deliveries, and what an attempt makes of both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from uuid import UUID

from mara.notifications.model.delivery_attempts import next_attempt_at
from mara.notifications.model.webhook_events import EventType

OVERLAP: Final = timedelta(hours=24)
"""How long the old secret signs too after a rotation."""
FAILING_FOR: Final = timedelta(days=5)
FAILURES_MIN: Final = 10
"""A webhook is switched off when nothing was delivered for so long, in so many attempts."""
DELIVERY_RETENTION: Final = timedelta(days=30)
"""How long deliveries that are finished are kept."""


class OffReason(StrEnum):
    """Why a webhook is off: its owner, an answer 410, or days of failures."""

    OWNER = "owner"
    GONE = "gone"
    FAILING = "failing"


OF_EACH_OWNER: Final = 4
"""Deliveries of one owner that a worker has on the way, before it takes no more of that owner."""


class DeliveryState(StrEnum):
    """The state of one event for one webhook."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class DeliveryFailure(StrEnum):
    """Why the last attempt failed; ``switched_off``: there was none any more."""

    ADDRESS = "address_not_public"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    TLS = "tls"
    UNREADABLE = "unreadable_answer"
    REDIRECT = "redirect"
    STATUS = "status"
    INTERRUPTED = "interrupted"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where events are sent to; ``events`` None is all of them.

    ``failures`` counts the attempts since ``failing_since``, with no success in between.
    """

    id: UUID
    owner_id: UUID
    url: str
    description: str
    events: frozenset[EventType] | None
    secret_id: UUID
    created_at: datetime
    previous_secret_id: UUID | None = None
    previous_until: datetime | None = None
    off_because: OffReason | None = None
    failing_since: datetime | None = None
    failures: int = 0

    def secret_ids(self, now: datetime) -> Sequence[UUID]:
        """The secrets that sign now, the newest first."""
        if self.previous_secret_id and self.previous_until and now < self.previous_until:
            return self.secret_id, self.previous_secret_id
        return (self.secret_id,)

    def rotated(self, secret_id: UUID, now: datetime, *, at_once: bool) -> "Webhook":
        """The webhook with a new secret; the old one signs too for a day, unless ``at_once``."""
        if at_once:
            return replace(self, secret_id=secret_id, previous_secret_id=None, previous_until=None)
        return replace(
            self,
            secret_id=secret_id,
            previous_secret_id=self.secret_id,
            previous_until=now + OVERLAP,
        )

    def switched(self, *, on: bool) -> "Webhook":
        """The webhook as its owner switches it; failures are counted from now on."""
        off_because = None if on else self.off_because or OffReason.OWNER
        return replace(self, off_because=off_because, failing_since=None, failures=0)

    def after(self, answer: "WebhookAnswer", at: datetime) -> "Webhook":
        """The webhook after an attempt."""
        if answer.accepted:
            return replace(self, failing_since=None, failures=0)
        since, failures = self.failing_since or at, self.failures + 1
        reason = self.off_because
        if answer.status == HTTPStatus.GONE:
            reason = reason or OffReason.GONE
        elif at - since >= FAILING_FOR and failures >= FAILURES_MIN:
            reason = reason or OffReason.FAILING
        return replace(self, failing_since=since, failures=failures, off_because=reason)


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What came of an attempt; ``status`` is None where no answer was read."""

    status: int | None = None
    failure: DeliveryFailure | None = None
    retry_after: timedelta | None = None

    @property
    def accepted(self) -> bool:
        """Whether the receiver has the event now."""
        return self.failure is None


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for one webhook. Its id is the ``webhook-id`` of every attempt.

    ``attempts`` counts those that were begun. While one runs, ``next_at`` is when another worker
    takes the delivery, should this one have died.
    """

    id: UUID
    webhook_id: UUID
    owner_id: UUID
    event_id: UUID
    type: str
    body: str
    created_at: datetime
    next_at: datetime | None
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    last_attempt_at: datetime | None = None
    last_status: int | None = None
    last_failure: DeliveryFailure | None = None
    correlation_id: str | None = None

    def after(self, answer: WebhookAnswer, at: datetime, chance: float) -> "WebhookDelivery":
        """The delivery after an attempt that ended at ``at``; ``chance`` is random, 0..1."""
        tried = replace(
            self, last_attempt_at=at, last_status=answer.status, last_failure=answer.failure
        )
        if answer.accepted:
            return replace(tried, state=DeliveryState.DELIVERED, next_at=None)
        gone = answer.status == HTTPStatus.GONE
        next_at = None if gone else next_attempt_at(self.attempts, at, chance, answer.retry_after)
        state = DeliveryState.WAITING if next_at else DeliveryState.FAILED
        return replace(tried, state=state, next_at=next_at)
