"""What a decision about a subscription is made from, and the records that it makes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.billing.model.invoice import Invoice
from mara.billing.model.payment_deadline import NO_FUNDS, Funds, PaymentDeadline
from mara.billing.model.subscription import Subscription
from mara.billing.model.subscription_events import SubscriptionEvent


@dataclass(frozen=True, slots=True)
class UnpaidInvoice:
    """The draft or open invoice of a subscription, and the time that is left to pay it.

    ``reminders`` is the number of reminders that were sent or skipped.
    """

    invoice: Invoice
    deadline: PaymentDeadline
    reminders: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a decision about a subscription is made from.

    ``now`` is the owner's billing time. ``scanned_until`` is the oldest moment up to which a
    network with a wallet of the owner was scanned; None without a wallet. ``is_closed`` is whether
    the user may not sign in any more.
    """

    subscription: Subscription
    now: datetime
    funds: Funds = NO_FUNDS
    unpaid: UnpaidInvoice | None = None
    scanned_until: datetime | None = None
    is_closed: bool = False
    trial_reminded: bool = False
    due_at: datetime | None = None
    """When the schedule looks at it, in real time: its place in the order of batches."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A row of a subscription's history: the event, and the subscription after it."""

    event: SubscriptionEvent
    after: Subscription
    monthly_revenue_before: int
    invoice_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount to move from available to revenue; ``key`` makes it happen once."""

    key: str
    invoice_id: UUID
    amount: int
