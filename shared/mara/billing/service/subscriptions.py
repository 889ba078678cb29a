"""What users ask of their subscription, under the same locks as charging."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.billing.errors import (
    OverageLimitTooLow,
    PreviewOutdated,
    SubscriptionExists,
    SubscriptionNotFound,
)
from mara.billing.model.account import Account
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
from mara.billing.model.invoice import CANCELLED, CreditNote, InvoiceStatus
from mara.billing.model.meters import Meter
from mara.billing.model.plan import PlanVersion
from mara.billing.model.proration import ChangePrice
from mara.billing.model.subscription import State, Subscription
from mara.billing.model.subscription_events import LimitOverage
from mara.billing.ports import CreditNotes, PeriodUsage, Plans, Trials
from mara.billing.service.accounts import AccountBooks, funds_of
from mara.billing.service.plans import version_on_sale
from mara.kernel.clock import Clock
from mara.kernel.money import format_usdt
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.errors import InsufficientFunds
from mara.ledger.model import Cause

PREVIEW_MAX: Final = timedelta(minutes=15)
"""How long the lines of a preview can be posted."""


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A wanted change of plan; ``as_of`` is the moment of the preview that it must equal."""

    code: str
    when: ChangeTime = ChangeTime.NOW
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action does or would do; ``as_of`` is the moment it was computed for.

    ``gives_back`` is what a cancellation returns to the balance, in micro-USDT. ``allowances`` are
    those of the usage period after a change that takes effect within it.
    """

    change_set: ChangeSet
    as_of: datetime
    price: ChangePrice | None = None
    gives_back: int = 0
    allowances: Mapping[Meter, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubscriptionService:
    """Subscribes, changes, cancels and resumes; a preview runs the same code and rolls back.

    It works in the system's scope: what a cancellation gives back adds to a balance, and numbers
    of invoices belong to no user.
    """

    books: AccountBooks
    plans: Plans
    usage: PeriodUsage
    trials: Trials
    credit_notes: CreditNotes
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]
    audit: AuditLog

    def subscribe(
        self, caller: Principal, code: str, seen_version: int | None = None
    ) -> ActionResult:
        """Subscribe to a plan; incomplete where the balance does not cover it.

        Raises PlanNotFound, PlanArchived, PlanChanged, SubscriptionExists.
        """
        at = self.now()
        with self.unit_of_work(SYSTEM):
            if self.books.accounts.lock_of(caller.user_id, at) is not None:
                raise SubscriptionExists("Change the subscription, or cancel it first.")
            self.books.accounts.hold_owner(caller.user_id)
            version = version_on_sale(self.plans, code, seen_version)
            now = self.books.accounts.billing_time(caller.user_id, at)
            balance = self.books.ledger.lock_balances([caller.user_id])[caller.user_id]
            has_trial = version.terms.trial_days > 0 and self.trials.is_available(caller.user_id)
            free_since = self.usage.free_since(caller.user_id, now)
            funds = funds_of(balance, None)
            subscriber = Subscriber(caller.user_id, funds, has_trial, free_since)
            change_set = subscribe(subscriber, version, now, self.new_id)
            if change_set.subscription.state is State.TRIALING:
                self.trials.use(caller.user_id, at)
            self.books.write([change_set], at, caller.user_id)
            self._record(caller, change_set.subscription, version)
        return ActionResult(change_set, now)

    def _record(self, caller: Principal, subscription: Subscription, to: PlanVersion) -> None:
        what = (AuditAction.PLAN_CHANGED, caller.user_id, subscription.owner_id)
        detail = {"plan": to.code, "version": to.number}
        self.audit.record(Deed(*what, "subscription", subscription.id, detail))

    def change(
        self, caller: Principal, wanted: PlanChange, *, preview: bool = False
    ) -> ActionResult:
        """Change the plan now or at the period's end.

        With ``as_of`` it posts the lines of the preview made then. Raises PlanNotFound,
        PlanArchived, SamePlan, SubscriptionNotFound, SubscriptionCancelling, NotInThisState,
        OnlyAtPeriodEnd, InsufficientFunds, PreviewOutdated.
        """
        at = self.now()
        with self.unit_of_work(SYSTEM):
            version = version_on_sale(self.plans, wanted.code, None)
            account = self._lock(caller.user_id, at)
            account = self._as_of(account, wanted.as_of, at, version.created_at)
            change_set = ChangeSet(account, self.new_id)
            if wanted.when is ChangeTime.NOW:
                advance(change_set)
            before = change_set.subscription
            payments = self._payments(change_set.subscription)
            price = change(change_set, version, wanted.when, self._use(change_set, payments))
            after = change_set.subscription
            allowances: Mapping[Meter, int | None] = {}
            if wanted.when is ChangeTime.NOW and before.period and after.period:
                allowances = self.usage.allowances_after(before, after, account.now)
            if not preview:
                if change_set.available < 0:
                    raise self._too_low(change_set)
                self.usage.change_plan(before, after, account.now)
                self.books.write([change_set], at, caller.user_id)
                self._record(caller, after, version)
        return ActionResult(change_set, account.now, price, allowances=allowances)

    def cancel(
        self,
        caller: Principal,
        *,
        immediately: bool,
        preview: bool = False,
        as_of: datetime | None = None,
    ) -> ActionResult:
        """Cancel at the end of the trial or period, or now.

        What was paid and is not used comes back by credit notes. Raises SubscriptionNotFound,
        NotInThisState, PreviewOutdated.
        """
        at = self.now()
        with self.unit_of_work(SYSTEM):
            account = self._as_of(self._lock(caller.user_id, at), as_of, at)
            change_set = ChangeSet(account, self.new_id)
            payments = self._payments(account.subscription)
            gives_back = cancel(
                change_set, self._use(change_set, payments), immediately=immediately
            )
            advance(change_set)
            if not preview:
                if immediately:
                    self.usage.close(account.subscription, account.now)
                notes = self._credit_notes(change_set, divide_credit(gives_back, payments), caller)
                self._refund(notes)
                self.books.write([change_set], at, caller.user_id)
                self.credit_notes.add(notes)
        return ActionResult(change_set, account.now, gives_back=gives_back)

    def resume(self, caller: Principal) -> ActionResult:
        """Take a cancellation back. Raises SubscriptionNotFound, NotInThisState."""
        at = self.now()
        with self.unit_of_work(SYSTEM):
            account = self._lock(caller.user_id, at)
            change_set = ChangeSet(account, self.new_id)
            resume(change_set)
            self.books.write([change_set], at, caller.user_id)
        return ActionResult(change_set, account.now)

    def limit_overage(self, caller: Principal, limit: int) -> ActionResult:
        """Limit what overage costs in a usage period, in micro-USDT.

        Raises SubscriptionNotFound, OverageLimitTooLow.
        """
        at = self.now()
        with self.unit_of_work(SYSTEM):
            account = self._lock(caller.user_id, at)
            spent = self.usage.overage_of(account.subscription, account.now)
            if limit < spent:
                raise OverageLimitTooLow(
                    f"{format_usdt(spent)} USDT are charged or held in this usage period.",
                    spent=format_usdt(spent),
                )
            change_set = ChangeSet(account, self.new_id)
            change_set.record(LimitOverage(account.now, limit))
            self.books.write([change_set], at, caller.user_id)
        return ActionResult(change_set, account.now)

    def _lock(self, owner_id: UUID, at: datetime) -> Account:
        account = self.books.accounts.lock_of(owner_id, at)
        if account is None:
            raise SubscriptionNotFound("Subscribe to a plan first.")
        self.usage.lock(account.subscription, account.now)
        return self.books.fill([account], at)[0]

    def _as_of(
        self, account: Account, as_of: datetime | None, at: datetime, *real_times: datetime
    ) -> Account:
        """The account at the moment of a preview; ``real_times`` are further changes.

        Raises PreviewOutdated.
        """
        if as_of is None:
            return account
        subscription, ahead = account.subscription, account.now - at
        changes = [
            subscription.changed_at,
            self.usage.changed_at(subscription, account.now),
            self.credit_notes.noted_at(subscription.id),
            *(moment + ahead for moment in real_times),
        ]
        is_recent = timedelta(0) <= account.now - as_of <= PREVIEW_MAX
        if not is_recent or max(filter(None, changes)) > as_of:
            raise PreviewOutdated("Ask for a new preview, and confirm its lines.")
        return replace(account, now=as_of)

    def _use(self, change_set: ChangeSet, payments: Sequence[CreditablePayment]) -> PeriodUse:
        """What was paid for the present period, also by this change set, and what was used."""
        subscription = change_set.subscription
        paid = sum(payment.left for payment in payments)
        paid += sum(
            invoice.total
            for invoice in change_set.invoices.values()
            if invoice.status is InvoiceStatus.PAID and invoice.period == subscription.period
        )
        usage_period, allowances = self.usage.use_of(subscription, change_set.now)
        kept = sum(payment.kept for payment in payments)
        return PeriodUse(paid, usage_period, allowances, kept)

    def _payments(self, subscription: Subscription) -> list[CreditablePayment]:
        if subscription.period is None:
            return []
        return list(self.credit_notes.payments_of(subscription.id, subscription.period))

    def _credit_notes(
        self, change_set: ChangeSet, parts: list[tuple[CreditablePayment, int]], caller: Principal
    ) -> list[CreditNote]:
        return [
            CreditNote(
                id=self.new_id(),
                invoice_id=payment.invoice_id,
                owner_id=change_set.subscription.owner_id,
                amount=amount,
                reason=CANCELLED,
                actor_id=caller.user_id,
                created_at=change_set.now,
            )
            for payment, amount in parts
        ]

    def _refund(self, notes: list[CreditNote]) -> None:
        for note in notes:
            cause = Cause(f"credit_note:{note.id}", str(note.invoice_id))
            self.books.ledger.refund(note.owner_id, note.amount, cause)

    def _too_low(self, change_set: ChangeSet) -> InsufficientFunds:
        missing = -change_set.available
        return InsufficientFunds(
            f"{format_usdt(missing)} USDT must arrive first; fees of an exchange come on top.",
            missing=missing,
        )
