"""What a user sees of their subscription: what holds, what comes next, and what to pay."""

from dataclasses import dataclass
from datetime import datetime

from mara.billing.model.account import Account
from mara.billing.model.documents import InvoiceDocument, StoredInvoice
from mara.billing.model.outlook import NOTHING_PLANNED, Outlook, outlook_of
from mara.billing.model.payment_deadline import NO_FUNDS, Funds
from mara.billing.model.plan import Plan, PlanVersion
from mara.billing.model.subscription import Subscription
from mara.billing.ports import Accounts, DepositsInFlight, FundsInFlight, Plans
from mara.billing.service.accounts import funds_of
from mara.billing.service.payment_instructions import (
    PaymentInstruction,
    PaymentInstructionService,
)
from mara.billing.service.usage_overview import UsageOverview, UsageOverviewService
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.ledger.ports import LedgerRepository


@dataclass(frozen=True, slots=True)
class SubscriptionOverview:
    """``account`` is None without a subscription: then the default ``plan`` holds.

    ``missing`` is what must still be paid in, in micro-USDT.
    """

    plan: Plan
    version: PlanVersion
    now: datetime
    usage: UsageOverview
    account: Account | None = None
    funds: Funds = NO_FUNDS
    missing: int = 0
    outlook: Outlook = NOTHING_PLANNED
    next_plan: Plan | None = None
    pay: tuple[PaymentInstruction, ...] = ()

    @property
    def invoice(self) -> InvoiceDocument | None:
        """The draft or open invoice, which nothing has paid yet."""
        unpaid = self.account.unpaid if self.account else None
        if unpaid is None:
            return None
        names, pay_until = dict(self.plan.names), unpaid.deadline.at
        stored = StoredInvoice(unpaid.invoice, self.plan.code, names, pay_until)
        return InvoiceDocument(stored, missing=self.missing)

    @property
    def subscription(self) -> Subscription | None:
        """The subscription that has not ended."""
        return self.account.subscription if self.account else None


@dataclass(frozen=True, slots=True)
class SubscriptionOverviewService:
    """Answers what ``GET /subscriptions/my`` shows; it locks and changes nothing.

    ``unit_of_work`` opens a snapshot, so that balances and invoices agree.
    """

    accounts: Accounts
    plans: Plans
    ledger: LedgerRepository
    deposits: DepositsInFlight
    instructions: PaymentInstructionService
    usage: UsageOverviewService
    unit_of_work: UnitOfWork
    now: Clock

    def get(self, caller: Principal) -> SubscriptionOverview:
        """The caller's subscription, or the default plan. Raises PlanNotFound without plans."""
        at, owner_id = self.now(), caller.user_id
        usage = self.usage.get(caller)
        with self.unit_of_work(owner_id):
            account = self.accounts.find(owner_id, at)
            if account is None:
                now = self.accounts.billing_time(owner_id, at)
                default = self.plans.get_default()
                return SubscriptionOverview(default, default.current, now, usage)
            plan = self.plans.get(account.subscription.version.plan_id)
            planned = account.subscription.next_version
            next_plan = self.plans.get(planned.plan_id) if planned else None
            balance = self.ledger.get_balance(owner_id)
            in_flight = self.deposits.sum_by_owner([owner_id])
        funds = funds_of(balance, in_flight.get(owner_id, FundsInFlight()))
        missing = funds.missing(account.unpaid.invoice.total) if account.unpaid else 0
        return SubscriptionOverview(
            plan=plan,
            version=account.subscription.version,
            now=account.now,
            usage=usage,
            account=account,
            funds=funds,
            missing=missing,
            outlook=outlook_of(account),
            next_plan=next_plan,
            pay=tuple(self.instructions.for_missing(caller, missing)) if missing else (),
        )
