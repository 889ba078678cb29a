"""Plans, accounts and credit notes in memory, with the rules of their tables."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mara.billing.errors import (
    ConcurrentChange,
    InvoiceNotFound,
    PlanCodeTaken,
    PlanNotFound,
    SubscriptionExists,
)
from mara.billing.model.account import Account, UnpaidInvoice
from mara.billing.model.actions import CreditablePayment
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.charging import next_look
from mara.billing.model.creditable import CreditableInvoice
from mara.billing.model.invoice import (
    CreditNote,
    Invoice,
    InvoiceStatus,
    Purpose,
    credit_note_number,
    invoice_number,
)
from mara.billing.model.periods import Period
from mara.billing.model.plan import Plan, PlanVersion, Visibility
from mara.billing.model.subscription import State, Subscription
from mara.ledger.model import UserAccount
from mara.wallets.model import DepositState
from tests.support.fakes.database import FakeDatabase, StoredSubscription

START = datetime(1970, 1, 1, tzinfo=UTC)
UNPAID_STATES = (State.INCOMPLETE, State.PAST_DUE)
NUMBERED = (InvoiceStatus.OPEN, InvoiceStatus.PAID)
IN_FLIGHT = (DepositState.SEEN, DepositState.SAFE, DepositState.FINAL)


class FakePlans:
    """Implements ``Plans``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def add(self, plan: Plan) -> None:
        with self._database.statement() as tables:
            if any(stored.code == plan.code for stored in tables.plans.values()):
                raise PlanCodeTaken("Choose another code.")
            tables.plans[plan.id] = plan
            tables.plan_versions[plan.current.id] = plan.current

    def save(self, plan: Plan) -> None:
        with self._database.statement() as tables:
            version = plan.current
            for stored in tables.plan_versions.values():
                same_place = (stored.plan_id, stored.number) == (plan.id, version.number)
                if same_place and stored.id != version.id:
                    raise ConcurrentChange("The plan was changed meanwhile. Look at it again.")
            tables.plans[plan.id] = plan
            tables.plan_versions.setdefault(version.id, version)

    def get(self, plan_id: UUID) -> Plan:
        return self._one(plan for plan in self._plans() if plan.id == plan_id)

    def find(self, code: str) -> Plan:
        return self._one(plan for plan in self._plans() if plan.code == code)

    def get_default(self) -> Plan:
        return self._one(plan for plan in self._plans() if plan.is_default)

    def list_public(self) -> Sequence[Plan]:
        public = [plan for plan in self._plans() if plan.visibility is Visibility.PUBLIC]
        return sorted(public, key=lambda plan: (plan.current.terms.price, plan.code))

    def list_versions(self, plan_id: UUID) -> Sequence[PlanVersion]:
        self.get(plan_id)
        found = self._database.tables.plan_versions.values()
        return sorted(
            (version for version in found if version.plan_id == plan_id),
            key=lambda version: -version.number,
        )

    def _plans(self) -> Iterable[Plan]:
        return self._database.tables.plans.values()

    def _one(self, plans: Iterator[Plan]) -> Plan:
        for plan in plans:
            return plan
        raise PlanNotFound("There is no such plan.")


class FakeAccounts:
    """Implements ``Accounts``; no row is ever locked by another transaction."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def lock_due(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        due = (one for one in self._open() if one.due_at and one.due_at <= at)
        return self._batch(due, at, limit, after)

    def lock_covered(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        covered = (
            one
            for one in self._open()
            if one.due_at
            and one.due_at > at
            and one.set_aside_reason is None
            and self._is_covered(one.subscription)
        )
        return self._batch(covered, at, limit, after)

    def lock_some(self, subscription_ids: Collection[UUID], at: datetime) -> Sequence[Account]:
        return [
            self._account(one, at)
            for one in self._open()
            if one.subscription.id in subscription_ids
        ]

    def lock_of(self, owner_id: UUID, at: datetime) -> Account | None:
        for one in self._open():
            if one.subscription.owner_id == owner_id:
                return self._account(one, at)
        return None

    def hold_owner(self, owner_id: UUID) -> None:
        """One transaction runs at a time."""

    def find(self, owner_id: UUID, at: datetime) -> Account | None:
        return self.lock_of(owner_id, at)

    def lock_subscribers(
        self, version_ids: Collection[UUID], limit: int, after: UUID, at: datetime
    ) -> Sequence[Account]:
        found = [
            self._account(one, at)
            for one in self._open()
            if (subscription := one.subscription).version.id in version_ids
            and subscription.state is not State.INCOMPLETE
            and subscription.cancel_at is None
            and subscription.next_version is None
            and subscription.id > after
        ]
        return sorted(found, key=lambda account: account.subscription.id)[:limit]

    def save(self, change_sets: Sequence[ChangeSet], at: datetime, actor_id: UUID | None) -> None:
        with self._database.statement():
            for change_set in change_sets:
                self._save_subscription(change_set, at)
                self._database.tables.subscription_events.extend(
                    (record, at, actor_id) for record in change_set.events
                )
            fresh = []
            for change_set in change_sets:
                for invoice in change_set.invoices.values():
                    if invoice.number is None and invoice.status in NUMBERED:
                        fresh.append(invoice)
                    else:
                        self._save_invoice(invoice)
            for invoice in sorted(fresh, key=lambda one: one.issued_at or START):
                self._save_invoice(replace(invoice, number=self._next_number(invoice)))
            for change_set in change_sets:
                self._save_unpaid(change_set)

    def set_aside(self, subscription_id: UUID, reason: str, until: datetime) -> None:
        stored = self._database.tables.subscriptions
        stored[subscription_id] = replace(
            stored[subscription_id], set_aside_reason=reason, due_at=until
        )

    def billing_time(self, owner_id: UUID, at: datetime) -> datetime:
        return at + self._database.tables.billing_clocks.get(owner_id, timedelta(0))

    def shift_time(self, owner_id: UUID, by: timedelta) -> None:
        tables = self._database.tables
        tables.billing_clocks[owner_id] = tables.billing_clocks.get(owner_id, timedelta(0)) + by
        for one in list(self._open()):
            if one.subscription.owner_id == owner_id and one.due_at:
                tables.subscriptions[one.subscription.id] = replace(one, due_at=one.due_at - by)

    def _open(self) -> Iterable[StoredSubscription]:
        stored = [one for one in self._database.tables.subscriptions.values() if one.is_open]
        return sorted(stored, key=lambda one: one.place)

    def _batch(
        self, found: Iterable[StoredSubscription], at: datetime, limit: int, after: Account | None
    ) -> list[Account]:
        last = (after.due_at or START, after.subscription.id) if after else (START, UUID(int=0))
        return [self._account(one, at) for one in found if one.place > last][:limit]

    def _account(self, stored: StoredSubscription, at: datetime) -> Account:
        subscription = stored.subscription
        return Account(
            subscription=subscription,
            now=self.billing_time(subscription.owner_id, at),
            unpaid=self._database.tables.unpaid_invoices.get(subscription.id),
            trial_reminded=stored.trial_reminded,
            due_at=stored.due_at,
        )

    def _is_covered(self, subscription: Subscription) -> bool:
        tables = self._database.tables
        unpaid = tables.unpaid_invoices.get(subscription.id)
        if unpaid is None or subscription.state not in UNPAID_STATES:
            return False
        owner_id, deadline = subscription.owner_id, unpaid.deadline
        available = tables.balances.get((owner_id, UserAccount.AVAILABLE), 0)
        is_flying = any(
            deposit.owner_id == owner_id and deposit.state in IN_FLIGHT
            for deposit in tables.deposits.values()
        )
        can_pause = deadline.paused_since is None and deadline.unconfirmed_left > timedelta(0)
        return available >= unpaid.invoice.total or (can_pause and is_flying)

    def _save_subscription(self, change_set: ChangeSet, at: datetime) -> None:
        stored, subscription = self._database.tables.subscriptions, change_set.subscription
        if change_set.state_before is None:
            if any(one.subscription.owner_id == subscription.owner_id for one in self._open()):
                raise SubscriptionExists("Change the subscription, or cancel it first.")
        else:
            known = stored.get(subscription.id)
            if known is None or known.subscription.events != change_set.account.subscription.events:
                raise ConcurrentChange("Retry.")
        look = next_look(change_set)
        stored[subscription.id] = StoredSubscription(
            subscription,
            look - (change_set.account.now - at) if look else None,
            change_set.trial_reminded,
        )

    def _save_invoice(self, invoice: Invoice) -> None:
        invoices = self._database.tables.invoices
        key = _cause(invoice)
        if key and any(_cause(one) == key and one.id != invoice.id for one in invoices.values()):
            raise RuntimeError("two invoices for one cause")
        invoices[invoice.id] = invoice

    def _save_unpaid(self, change_set: ChangeSet) -> None:
        tables, unpaid = self._database.tables, change_set.unpaid
        tables.unpaid_invoices.pop(change_set.subscription.id, None)
        if unpaid is not None:
            stored = tables.invoices.get(unpaid.invoice.id, unpaid.invoice)
            tables.unpaid_invoices[change_set.subscription.id] = UnpaidInvoice(
                stored, unpaid.deadline, unpaid.reminders
            )

    def _next_number(self, invoice: Invoice) -> str:
        year = (invoice.issued_at or START).year
        return invoice_number(year, _count(self._database, "invoice", year))


def _cause(invoice: Invoice) -> tuple[UUID, Purpose, str] | None:
    """What one invoice has that is not void."""
    if invoice.status is InvoiceStatus.VOID:
        return None
    return invoice.subscription_id, invoice.purpose, invoice.cause


class FakeCreditNotes:
    """Implements ``CreditNotes``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def noted_at(self, subscription_id: UUID) -> datetime | None:
        tables = self._database.tables
        return max(
            (
                note.created_at
                for note in tables.credit_notes.values()
                if tables.invoices[note.invoice_id].subscription_id == subscription_id
            ),
            default=None,
        )

    def payments_of(self, subscription_id: UUID, period: Period) -> Sequence[CreditablePayment]:
        tables = self._database.tables
        paid = [
            invoice
            for invoice in tables.invoices.values()
            if invoice.subscription_id == subscription_id
            and invoice.status is InvoiceStatus.PAID
            and invoice.purpose is not Purpose.USAGE
            and invoice.period == period
        ]
        noted = tables.credit_notes.values()
        return [
            CreditablePayment(
                one.id,
                one.total - sum(n.amount for n in noted if n.invoice_id == one.id),
                one.kept,
            )
            for one in sorted(paid, key=lambda one: one.id, reverse=True)
        ]

    def lock_invoice(self, invoice_id: UUID) -> CreditableInvoice:
        tables = self._database.tables
        if invoice_id not in tables.invoices:
            raise InvoiceNotFound("There is no invoice with this id.")
        one = tables.invoices[invoice_id]
        noted = (note for note in tables.credit_notes.values() if note.invoice_id == one.id)
        credited = sum(note.amount for note in noted)
        return CreditableInvoice(one.id, one.owner_id, one.status, one.total, credited)

    def add(self, notes: Sequence[CreditNote]) -> list[CreditNote]:
        numbered = []
        with self._database.statement() as tables:
            for note in sorted(notes, key=lambda one: one.created_at):
                year = note.created_at.year
                number = credit_note_number(year, _count(self._database, "credit_note", year))
                tables.credit_notes[note.id] = replace(note, number=number)
                numbered.append(tables.credit_notes[note.id])
        return numbered


def _count(database: FakeDatabase, series: str, year: int) -> int:
    numbers = database.tables.document_numbers
    numbers[series, year] = numbers.get((series, year), 0) + 1
    return numbers[series, year]
