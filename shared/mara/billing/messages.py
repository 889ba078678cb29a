"""Events that the billing domain publishes, for notices and outgoing webhooks."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from mara.billing.model.meters import Meter
from mara.billing.model.subscription import EndReason
from mara.kernel.messages import Event, Message


class SubscriptionActivated(Event):
    """A subscription became active: its first payment, or an overdue one, was charged."""

    subscription_id: UUID
    owner_id: UUID


class InvoicePaid(Event):
    """An invoice was charged to the balance."""

    invoice_id: UUID
    owner_id: UUID
    amount_micro_usdt: int


class InvoicePaymentFailed(Event):
    """The balance did not cover a renewal; the subscription is past due until ``pay_until``."""

    invoice_id: UUID
    owner_id: UUID
    amount_micro_usdt: int
    pay_until: datetime


class PaymentReminderDue(Event):
    """An invoice is still not paid; ``number`` counts the reminders that were due so far."""

    invoice_id: UUID
    owner_id: UUID
    number: int
    missing_micro_usdt: int
    pay_until: datetime


class SubscriptionEnded(Event):
    """A subscription has ended; what is paid in later stays in the balance."""

    subscription_id: UUID
    owner_id: UUID
    reason: EndReason


class TrialEnding(Event):
    """A trial ends soon, and is charged then."""

    subscription_id: UUID
    owner_id: UUID
    ends_at: datetime


class UsageThresholdReached(Event):
    """A share of the allowance of a usage period is used; sent once per period and threshold."""

    owner_id: UUID
    meter: Meter
    period_start: datetime
    percent: int


class ChargeOwner(Message):
    """Do what is due for one user.

    Events that name a user arrive on its queue as they were published: what they add is ignored,
    because the tables of deposits, balances and users decide.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    owner_id: UUID
