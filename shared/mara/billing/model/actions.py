"""What users ask of their subscription: subscribe, change, cancel, resume.

Each function works on a ``ChangeSet``, so a preview shows exactly what the action stores.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.billing.model.change_set import FIRST_CAUSE, ChangeSet
from mara.billing.model.changes import PeriodUse, await_first_payment, unused_part
from mara.billing.model.invoice import (
    InvoiceStatus,
    Purpose,
    period_lines,
)
from mara.billing.model.payment_deadline import Funds
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import EndReason, State
from mara.billing.model.subscription_events import (
    AwaitPayment,
    CancelAtEnd,
    End,
    Resume,
    StartPeriod,
    StartTrial,
)


@dataclass(frozen=True, slots=True)
class CreditablePayment:
    """A paid invoice of the present period, and what its credit notes have left.

    A cancellation does not give ``kept`` back.
    """

    invoice_id: UUID
    left: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A user without a subscription; ``has_trial`` is whether a trial is still available.

    ``free_since`` is when a usage period of a plan of price 0 began that is not over.
    """

    owner_id: UUID
    funds: Funds
    has_trial: bool
    free_since: datetime | None = None


def subscribe(
    subscriber: Subscriber, version: PlanVersion, now: datetime, new_id: Callable[[], UUID]
) -> ChangeSet:
    """A new subscription: a trial if the plan and the user have one, else paid or incomplete."""
    owner_id, funds, terms = subscriber.owner_id, subscriber.funds, version.terms
    if subscriber.has_trial and terms.trial_days:
        until = now + timedelta(days=terms.trial_days)
        return ChangeSet.begin(owner_id, StartTrial(now, version, until), funds, new_id)
    if funds.available < terms.effective_price:
        change_set = ChangeSet.begin(owner_id, AwaitPayment(now, version), funds, new_id)
        await_first_payment(change_set, version)
        return change_set
    # The periods of an earlier plan of price 0 go on, with what was used in them.
    anchor = subscriber.free_since or now if terms.is_free else now
    period = terms.interval.period_at(anchor, now)
    event = StartPeriod(now, version, anchor, period, terms.effective_price)
    change_set = ChangeSet.begin(owner_id, event, funds, new_id)
    if terms.effective_price:
        drawn = change_set.draw_up(
            version, period_lines(terms), purpose=Purpose.FIRST, cause=FIRST_CAUSE, period=period
        )
        change_set.attach(change_set.pay(drawn).id)
    return change_set


def cancel(change_set: ChangeSet, use: PeriodUse, *, immediately: bool) -> int:
    """Cancel; what is given back of the present period, in micro-USDT. Raises NotInThisState."""
    subscription, now = change_set.subscription, change_set.now
    is_unpaid = subscription.state in (State.INCOMPLETE, State.PAST_DUE)
    if not immediately and not is_unpaid:
        change_set.record(CancelAtEnd(now))
        return 0
    gives_back = unused_part(change_set, use) if subscription.state is State.ACTIVE else 0
    change_set.close_unpaid(InvoiceStatus.VOID)
    change_set.record(End(now, EndReason.CANCELLED))
    return gives_back


def resume(change_set: ChangeSet) -> None:
    """Take a cancellation back before it takes effect. Raises NotInThisState."""
    change_set.record(Resume(change_set.now))


def divide_credit(
    amount: int, payments: Iterable[CreditablePayment]
) -> list[tuple[CreditablePayment, int]]:
    """Divide what is given back among payments in their order, each at most what it has left."""
    parts = []
    for payment in payments:
        part = min(amount, payment.left)
        if part:
            parts.append((payment, part))
            amount -= part
    return parts
