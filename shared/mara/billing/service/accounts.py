"""Accounts with the money that decisions are made from, and the writing of what was decided."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.billing.messages import (
    InvoicePaid,
    InvoicePaymentFailed,
    PaymentReminderDue,
    SubscriptionActivated,
    SubscriptionEnded,
    TrialEnding,
)
from mara.billing.model.account import Account, EventRecord
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.invoice import InvoiceStatus
from mara.billing.model.payment_deadline import Funds
from mara.billing.model.subscription import State, Subscription
from mara.billing.model.subscription_events import MissPayment
from mara.billing.ports import Accounts, DepositsInFlight, FundsInFlight
from mara.kernel.messages import Message, PublishAll
from mara.ledger.model import (
    Balance,
    Cause,
    PlatformAccount,
    TransferKind,
    TransferRequest,
    UserAccount,
)
from mara.ledger.service import LedgerService
from mara.metrics.model.families import CHARGES
from mara.metrics.service import recorder

CHARGED = (UserAccount.AVAILABLE, PlatformAccount.REVENUE)
UNPAID = (State.INCOMPLETE, State.PAST_DUE)


@dataclass(frozen=True, slots=True)
class AccountBooks:
    """Reads accounts with their funds, and writes change_set, inside the caller's transaction.

    Locks are taken in one order everywhere: subscriptions, usage, balances, invoice numbers.
    """

    accounts: Accounts
    ledger: LedgerService
    deposits: DepositsInFlight
    publish_all: PublishAll
    new_id: Callable[[], UUID]

    def fill(self, accounts: Sequence[Account], at: datetime) -> list[Account]:
        """The accounts with their funds under lock; scans are in the owner's billing time."""
        owners = [account.subscription.owner_id for account in accounts]
        balances = self.ledger.lock_balances(owners)
        short = [
            account.subscription.owner_id
            for account in accounts
            if _may_be_short(account, balances[account.subscription.owner_id])
        ]
        in_flight = self.deposits.sum_by_owner(short) if short else {}
        scans = self.deposits.scanned_until(short) if short else {}
        filled = []
        for account in accounts:
            owner_id = account.subscription.owner_id
            scanned = scans.get(owner_id)
            filled.append(
                replace(
                    account,
                    funds=funds_of(balances[owner_id], in_flight.get(owner_id)),
                    scanned_until=scanned + (account.now - at) if scanned else None,
                )
            )
        return filled

    def write(
        self, change_sets: Sequence[ChangeSet], at: datetime, actor_id: UUID | None = None
    ) -> None:
        """Post the charges, publish the messages, and store the rest.

        Raises InsufficientFunds, ConcurrentChange, SubscriptionExists.
        """
        changed = [change_set for change_set in change_sets if change_set.is_changed]
        self.ledger.transfer_all(
            [
                TransferRequest.between(
                    charge.amount,
                    TransferKind.CHARGE,
                    CHARGED,
                    owner_id=change_set.subscription.owner_id,
                    cause=Cause(charge.key, str(charge.invoice_id)),
                )
                for change_set in changed
                for charge in change_set.charges
            ]
        )
        messages = [message for change_set in changed for message in messages_of(change_set)]
        if messages:
            self.publish_all(messages)
        if changed:
            self.accounts.save(changed, at, actor_id)
        _count(changed)


def _count(change_sets: Sequence[ChangeSet]) -> None:
    for change_set in change_sets:
        recorder().count(CHARGES, "charged", by=len(change_set.charges))
        missed = sum(isinstance(one.event, MissPayment) for one in change_set.events)
        recorder().count(CHARGES, "refused", by=missed)


def funds_of(balance: Balance, in_flight: FundsInFlight | None) -> Funds:
    """The funds of an owner; deposits in flight that are not known count as none."""
    final, unconfirmed = in_flight or FundsInFlight()
    return Funds(balance.available, balance.reserved, final, unconfirmed)


def messages_of(change_set: ChangeSet) -> Iterator[Message]:
    """What others are told about, in its order."""
    owner_id = change_set.subscription.owner_id
    for record, before in zip(change_set.events, _states_before(change_set), strict=True):
        yield from _messages_of_event(change_set, record, before)
    for invoice in change_set.invoices.values():
        if invoice.status is InvoiceStatus.PAID:
            yield InvoicePaid(
                invoice_id=invoice.id, owner_id=owner_id, amount_micro_usdt=invoice.total
            )
    unpaid = change_set.unpaid
    if change_set.reminds_payment and unpaid is not None:
        yield PaymentReminderDue(
            invoice_id=unpaid.invoice.id,
            owner_id=owner_id,
            number=unpaid.reminders,
            missing_micro_usdt=change_set.funds.missing(unpaid.invoice.total),
            pay_until=unpaid.deadline.at,
        )
    period = change_set.subscription.period
    if change_set.reminds_trial and period is not None:
        yield TrialEnding(
            subscription_id=change_set.subscription.id, owner_id=owner_id, ends_at=period.end
        )


def _messages_of_event(
    change_set: ChangeSet, record: EventRecord, before: State | None
) -> Iterator[Message]:
    after = record.after
    if after.state is State.ACTIVE and before is not State.ACTIVE:
        yield SubscriptionActivated(subscription_id=after.id, owner_id=after.owner_id)
    if isinstance(record.event, MissPayment) and record.invoice_id:
        yield InvoicePaymentFailed(
            invoice_id=record.invoice_id,
            owner_id=after.owner_id,
            amount_micro_usdt=change_set.invoices[record.invoice_id].total,
            pay_until=change_set.deadlines[record.invoice_id],
        )
    if after.state is State.ENDED and after.end_reason:
        yield SubscriptionEnded(
            subscription_id=after.id, owner_id=after.owner_id, reason=after.end_reason
        )


def _states_before(change_set: ChangeSet) -> list[State | None]:
    states = [record.after.state for record in change_set.events]
    return [change_set.state_before, *states][:-1]


def _may_be_short(account: Account, balance: Balance) -> bool:
    subscription = account.subscription
    return subscription.state in UNPAID or balance.available < _next_price(subscription)


def _next_price(subscription: Subscription) -> int:
    if subscription.period is None:
        return subscription.version.terms.effective_price
    return subscription.version_at(subscription.period.end).terms.effective_price
