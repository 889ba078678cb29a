"""What one transaction of billing does to a subscription, its invoices and the user's balance."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.billing.model.account import Account, Charge, EventRecord, UnpaidInvoice
from mara.billing.model.invoice import Invoice, InvoiceLine, InvoiceStatus, Purpose, period_lines
from mara.billing.model.payment_deadline import Funds, PaymentDeadline
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import State, Subscription
from mara.billing.model.subscription_events import SubscriptionEvent
from mara.billing.model.transitions import apply, begin

FIRST_CAUSE: Final = "subscription"
"""The cause of the first invoice: a subscription has one."""


@dataclass
class ChangeSet:
    """Collects what a decision does; it is written by one transaction."""

    account: Account
    new_id: Callable[[], UUID]
    subscription: Subscription = field(init=False)
    available: int = field(init=False)
    unpaid: UnpaidInvoice | None = field(init=False)
    trial_reminded: bool = field(init=False)
    events: list[EventRecord] = field(default_factory=list)
    invoices: dict[UUID, Invoice] = field(default_factory=dict)
    charges: list[Charge] = field(default_factory=list)
    deadlines: dict[UUID, datetime] = field(default_factory=dict)
    """Until when the invoices that were opened can be paid."""
    reminds_payment: bool = False
    reminds_trial: bool = False

    @classmethod
    def begin(
        cls, owner_id: UUID, event: SubscriptionEvent, funds: Funds, new_id: Callable[[], UUID]
    ) -> "ChangeSet":
        """The change_set of a new subscription, which ``event`` begins."""
        subscription = begin(new_id(), owner_id, event)
        change_set = cls(Account(subscription, event.at, funds), new_id)
        change_set.events.append(EventRecord(event, subscription, 0))
        return change_set

    def __post_init__(self) -> None:
        self.subscription = self.account.subscription
        self.available = self.account.funds.available
        self.unpaid = self.account.unpaid
        self.trial_reminded = self.account.trial_reminded

    @property
    def is_changed(self) -> bool:
        """Whether anything is to be written."""
        was = self.account
        return bool(self.events or self.invoices) or (self.unpaid, self.trial_reminded) != (
            was.unpaid,
            was.trial_reminded,
        )

    @property
    def state_before(self) -> State | None:
        """The state before the first event; None if that event began the subscription."""
        is_new = bool(self.events) and self.events[0].after.events == 1
        return None if is_new else self.account.subscription.state

    @property
    def now(self) -> datetime:
        """The owner's billing time."""
        return self.account.now

    @property
    def funds(self) -> Funds:
        """The owner's money after what was charged so far."""
        return replace(self.account.funds, available=self.available)

    def record(self, event: SubscriptionEvent, invoice_id: UUID | None = None) -> None:
        """Apply the event. Raises NotInThisState, SubscriptionCancelling."""
        before = self.subscription.monthly_revenue
        self.subscription = apply(self.subscription, event)
        self.events.append(EventRecord(event, self.subscription, before, invoice_id))

    def attach(self, invoice_id: UUID) -> None:
        """Name the invoice that the last event paid."""
        self.events[-1] = replace(self.events[-1], invoice_id=invoice_id)

    def draw_up(
        self,
        version: PlanVersion,
        lines: tuple[InvoiceLine, ...],
        *,
        purpose: Purpose,
        cause: str,
        period: Period | None,
    ) -> Invoice:
        """A new invoice, which is stored once it is paid, opened or kept as a draft."""
        return Invoice(
            id=self.new_id(),
            subscription_id=self.subscription.id,
            owner_id=self.subscription.owner_id,
            version_id=version.id,
            status=InvoiceStatus.DRAFT,
            purpose=purpose,
            cause=cause,
            lines=lines,
            created_at=self.now,
            period=period,
        )

    def renewal(self, version: PlanVersion, period: Period) -> Invoice:
        """The invoice of a whole period."""
        lines = period_lines(version.terms)
        return self.draw_up(
            version, lines, purpose=Purpose.RENEWAL, cause=period.start.isoformat(), period=period
        )

    def pay(self, invoice: Invoice) -> Invoice:
        """Charge the invoice, which is issued as paid."""
        paid = replace(
            invoice,
            status=InvoiceStatus.PAID,
            issued_at=invoice.issued_at or self.now,
            paid_at=self.now,
        )
        self.invoices[paid.id] = paid
        if paid.total:
            self.available -= paid.total
            self.charges.append(Charge(charge_key(paid), paid.id, paid.total))
        self._forget_unpaid(paid)
        return paid

    def await_payment(self, invoice: Invoice, deadline: PaymentDeadline) -> None:
        """Keep the invoice until it is paid; one with a period is issued as open."""
        status = InvoiceStatus.OPEN if invoice.period else InvoiceStatus.DRAFT
        issued_at = self.now if invoice.period else None
        kept = replace(invoice, status=status, issued_at=issued_at)
        self.invoices[kept.id] = kept
        self.deadlines[kept.id] = deadline.at
        self.unpaid = UnpaidInvoice(kept, deadline)

    def close_unpaid(self, status: InvoiceStatus) -> None:
        """Make the draft or open invoice void or uncollectible, if there is one."""
        if self.unpaid is not None:
            closed = replace(self.unpaid.invoice, status=status)
            self.invoices[closed.id] = closed
            self.unpaid = None

    def _forget_unpaid(self, paid: Invoice) -> None:
        if self.unpaid is not None and self.unpaid.invoice.id == paid.id:
            self.unpaid = None


def charge_key(invoice: Invoice) -> str:
    """The idempotency key of the charge of an invoice: one per subscription and cause."""
    match invoice.purpose:
        case Purpose.FIRST:
            return f"first:{invoice.subscription_id}"
        case Purpose.CHANGE:
            return f"change:{invoice.cause}"
        case _:
            return f"{invoice.purpose}:{invoice.subscription_id}:{invoice.cause}"
