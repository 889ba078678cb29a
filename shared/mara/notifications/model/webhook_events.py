"""Which events outgoing webhooks can carry, and what of each: ids, and words of our own.

Events are named as their messages are on the topic, because the domains that publish them stand
above this one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class EventType(StrEnum):
    """The type of an event, as receivers read it."""

    DEPOSIT_SEEN = "deposit.seen"
    DEPOSIT_CREDITED = "deposit.credited"
    DEPOSIT_ORPHANED = "deposit.orphaned"
    SUBSCRIPTION_ACTIVATED = "subscription.activated"
    SUBSCRIPTION_ENDED = "subscription.ended"
    INVOICE_PAID = "invoice.paid"
    INVOICE_PAYMENT_FAILED = "invoice.payment_failed"
    INVOICE_REMINDER = "invoice.reminder"
    TRIAL_ENDING = "trial.ending"
    USAGE_THRESHOLD_REACHED = "usage.threshold_reached"


TEST: Final = "webhook.test"
"""The type of a test event, which no webhook has to select."""


@dataclass(frozen=True, slots=True)
class EventForm:
    """How an event of the topic is shown to receivers; ``fields`` are those that its data have."""

    type: EventType
    fields: tuple[str, ...]


EVENT_FORMS: Final[Mapping[str, EventForm]] = {
    "deposit-seen": EventForm(EventType.DEPOSIT_SEEN, ("deposit_id",)),
    "deposit-credited": EventForm(EventType.DEPOSIT_CREDITED, ("deposit_id",)),
    "deposit-orphaned": EventForm(EventType.DEPOSIT_ORPHANED, ("deposit_id",)),
    "subscription-activated": EventForm(EventType.SUBSCRIPTION_ACTIVATED, ("subscription_id",)),
    "subscription-ended": EventForm(EventType.SUBSCRIPTION_ENDED, ("subscription_id",)),
    "invoice-paid": EventForm(EventType.INVOICE_PAID, ("invoice_id",)),
    "invoice-payment-failed": EventForm(EventType.INVOICE_PAYMENT_FAILED, ("invoice_id",)),
    "payment-reminder-due": EventForm(EventType.INVOICE_REMINDER, ("invoice_id",)),
    "trial-ending": EventForm(EventType.TRIAL_ENDING, ("subscription_id",)),
    # Nothing with an id: the meter is one of our words.
    "usage-threshold-reached": EventForm(EventType.USAGE_THRESHOLD_REACHED, ("meter", "percent")),
}
"""By the name of the event on the topic."""


def body_of(type_: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The body of a webhook as the Standard Webhooks specification has it; ASCII."""
    content = {"type": type_, "timestamp": at.isoformat(), "data": data}
    return json.dumps(content, separators=(",", ":"))
