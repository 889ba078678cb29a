"""One user's subscription in memory: what a transaction decides becomes the state of the next."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from mara.billing.model.account import Account, EventRecord, UnpaidInvoice
from mara.billing.model.actions import (
    CreditablePayment,
    Subscriber,
    cancel,
    divide_credit,
    resume,
    subscribe,
)
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.changes import ChangeTime, PeriodUse, change
from mara.billing.model.charging import advance
from mara.billing.model.invoice import Invoice, InvoiceStatus
from mara.billing.model.moves import move
from mara.billing.model.payment_deadline import Funds
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.proration import ChangePrice, UsedAllowance
from mara.billing.model.subscription import State, Subscription
from mara.ledger.errors import InsufficientFunds
from tests.support.billing import NOW

OWNER = UUID(int=7)


@dataclass
class BillingWorld:
    """``use`` is the use of limited allowances in the present usage period."""

    now: datetime = NOW
    available: int = 0
    reserved: int = 0
    final: int = 0
    unconfirmed: int = 0
    scanned_until: datetime | None = None
    is_closed: bool = False
    use: tuple[UsedAllowance, ...] = ()
    subscription: Subscription | None = None
    unpaid: UnpaidInvoice | None = None
    trial_reminded: bool = False
    has_trial: bool = True
    invoices: dict[UUID, Invoice] = field(default_factory=dict)
    credited: dict[UUID, int] = field(default_factory=dict)
    charges: dict[str, int] = field(default_factory=dict)
    events: list[EventRecord] = field(default_factory=list)
    payment_reminders: int = 0
    trial_reminders: int = 0
    paid_ids: list[UUID] = field(default_factory=list)
    _paid_by_period: dict[datetime, dict[UUID, None]] = field(default_factory=dict)
    """The ids of paid invoices in their order, by the start of their period."""
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def funds(self) -> Funds:
        return Funds(self.available, self.reserved, self.final, self.unconfirmed)

    @property
    def open(self) -> Subscription:
        assert self.subscription is not None
        return self.subscription

    def is_in(self, state: State) -> bool:
        return self.open.state is state

    @property
    def paid(self) -> list[Invoice]:
        return [one for one in self.invoices.values() if one.status is InvoiceStatus.PAID]

    def new_id(self) -> UUID:
        return UUID(int=next(self._ids))

    def wait(self, **time: float) -> None:
        """Let time pass in one step, and charge then."""
        self.now += timedelta(**time)
        self.tick()

    def tick(self) -> None:
        if self.subscription is None:
            return
        change_set = self._change_set()
        advance(change_set)
        self._commit(change_set)

    def subscribe(self, version: PlanVersion) -> None:
        subscriber = Subscriber(OWNER, self.funds, self.has_trial)
        change_set = subscribe(subscriber, version, self.now, self.new_id)
        self.has_trial = self.has_trial and change_set.subscription.state is not State.TRIALING
        self._commit(change_set)

    def change(self, version: PlanVersion, when: ChangeTime = ChangeTime.NOW) -> ChangePrice:
        change_set = self._change_set()
        if when is ChangeTime.NOW:
            advance(change_set)
        price = change(change_set, version, when, self._use(change_set))
        if change_set.available < 0:
            raise InsufficientFunds("too little")
        self._commit(change_set)
        return price

    def cancel(self, *, immediately: bool = False) -> int:
        change_set = self._change_set()
        payments = self._payments(change_set.account.subscription)
        gives_back = cancel(change_set, self._use(change_set), immediately=immediately)
        advance(change_set)
        self._commit(change_set)
        parts = divide_credit(gives_back, payments)
        assert sum(amount for _, amount in parts) == gives_back
        for payment, amount in parts:
            self.credited[payment.invoice_id] = self.credited.get(payment.invoice_id, 0) + amount
        self.available += gives_back
        return gives_back

    def resume(self) -> None:
        change_set = self._change_set()
        resume(change_set)
        self._commit(change_set)

    def move(self, version: PlanVersion) -> None:
        """What an administrator does."""
        change_set = self._change_set()
        if self.open.period is not None and self.open.state is not State.ENDED:
            move(change_set, version, self.now)
        self._commit(change_set)

    def _change_set(self) -> ChangeSet:
        account = Account(
            subscription=self.open,
            now=self.now,
            funds=self.funds,
            unpaid=self.unpaid,
            scanned_until=self.scanned_until,
            is_closed=self.is_closed,
            trial_reminded=self.trial_reminded,
        )
        return ChangeSet(account, self.new_id)

    def _use(self, change_set: ChangeSet) -> PeriodUse:
        subscription = change_set.subscription
        payments = self._payments(subscription)
        paid = sum(payment.left for payment in payments)
        paid += sum(
            invoice.total
            for invoice in change_set.invoices.values()
            if invoice.status is InvoiceStatus.PAID and invoice.period == subscription.period
        )
        kept = sum(payment.kept for payment in payments)
        return PeriodUse(paid, self.usage_period(subscription), self.use, kept)

    def usage_period(self, subscription: Subscription) -> Period:
        if subscription.period is None or subscription.anchor is None:
            return Period(self.now, self.now + timedelta(days=30))
        if self.now < subscription.anchor:
            return subscription.period
        return subscription.version.terms.interval.usage_period_at(subscription.anchor, self.now)

    def _payments(self, subscription: Subscription) -> list[CreditablePayment]:
        if subscription.period is None:
            return []
        of_period = self._paid_by_period.get(subscription.period.start, {})
        return [self._payment(self.invoices[id_]) for id_ in reversed(of_period)]

    def _payment(self, invoice: Invoice) -> CreditablePayment:
        left = invoice.total - self.credited.get(invoice.id, 0)
        return CreditablePayment(invoice.id, left, invoice.kept)

    def _commit(self, change_set: ChangeSet) -> None:
        for charge in change_set.charges:
            assert charge.key not in self.charges, "charged twice"
            self.charges[charge.key] = charge.amount
        self.available = change_set.available
        self.subscription, self.unpaid = change_set.subscription, change_set.unpaid
        self.trial_reminded = change_set.trial_reminded
        self.invoices |= change_set.invoices
        for invoice in change_set.invoices.values():
            if invoice.status is InvoiceStatus.PAID:
                self.paid_ids.append(invoice.id)
                if invoice.period:
                    self._paid_by_period.setdefault(invoice.period.start, {})[invoice.id] = None
        if self.unpaid is not None:
            self.invoices[self.unpaid.invoice.id] = self.unpaid.invoice
        self.events += change_set.events
        self.payment_reminders += change_set.reminds_payment
        self.trial_reminders += change_set.reminds_trial
        if self.subscription.state is State.ENDED:
            self.trial_reminded = False
