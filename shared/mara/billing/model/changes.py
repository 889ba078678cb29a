"""Changes of plan: now, at the end of the period, and while an invoice is unpaid."""

from dataclasses import dataclass, replace
from enum import StrEnum

from mara.billing.errors import SamePlan
from mara.billing.model.change_set import FIRST_CAUSE, ChangeSet
from mara.billing.model.charging import TIME_TO_PAY_FIRST, advance, pay_renewal, start
from mara.billing.model.invoice import (
    Invoice,
    InvoiceStatus,
    Purpose,
    change_lines,
    period_lines,
)
from mara.billing.model.payment_deadline import PaymentDeadline
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.proration import (
    ChangePrice,
    PaidPeriod,
    UsedAllowance,
    price_of_new_period,
    price_within_period,
    unused_on_cancellation,
)
from mara.billing.model.subscription import State
from mara.billing.model.subscription_events import (
    AwaitPayment,
    ChangePlan,
    PlanNext,
)


class ChangeTime(StrEnum):
    """When a change of plan takes effect."""

    NOW = "now"
    PERIOD_END = "period_end"


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """What was paid for the present period net of credit notes, and what of it was used.

    ``kept`` was credited by changes of plan for an allowance that was used: a cancellation gives so
    much less back.
    """

    paid: int
    usage_period: Period
    allowances: tuple[UsedAllowance, ...] = ()
    kept: int = 0


def change(
    change_set: ChangeSet, version: PlanVersion, when: ChangeTime, use: PeriodUse
) -> ChangePrice:
    """Change the plan; the price of the change, which is 0 where nothing is charged now.

    A renewal that is due is charged before. The caller checks that the balance covers the price.
    Raises SamePlan, NotInThisState, SubscriptionCancelling, OnlyAtPeriodEnd.
    """
    subscription = change_set.subscription
    takes_back = when is ChangeTime.PERIOD_END and subscription.next_version is not None
    if version == subscription.version and not takes_back:
        raise SamePlan("The subscription has this version of the plan.")
    match subscription.state:
        case State.INCOMPLETE:
            change_set.close_unpaid(InvoiceStatus.VOID)
            change_set.record(AwaitPayment(change_set.now, version))
            await_first_payment(change_set, version)
            advance(change_set)
        case State.ACTIVE if when is ChangeTime.PERIOD_END:
            change_set.record(PlanNext(change_set.now, version))
        case State.ACTIVE:
            return _change_within_period(change_set, version, use)
        case State.PAST_DUE:
            _change_overdue(change_set, version)
        case _:
            change_set.record(ChangePlan(change_set.now, version))
    return ChangePrice(0, 0)


def await_first_payment(change_set: ChangeSet, version: PlanVersion) -> None:
    """Draw up the draft of the first period; the time to pay it begins."""
    lines = period_lines(version.terms)
    draft = change_set.draw_up(
        version, lines, purpose=Purpose.FIRST, cause=FIRST_CAUSE, period=None
    )
    change_set.await_payment(draft, PaymentDeadline.begin(change_set.now, TIME_TO_PAY_FIRST))


def _change_within_period(
    change_set: ChangeSet, version: PlanVersion, use: PeriodUse
) -> ChangePrice:
    subscription, now = change_set.subscription, change_set.now
    paid = _paid_period(change_set, use)
    interval = version.terms.interval
    if interval == subscription.version.terms.interval:
        price = price_within_period(paid, version.terms, now)
        kept = price.unused - unused_part(change_set, replace(use, kept=0))
        price = replace(price, kept=max(kept, 0))
        # The time that is left at the new price, of what was paid for the period in all.
        refundable = min(price.rest, use.paid + price.total) - use.kept - price.kept
        price = replace(price, refundable=max(refundable, 0))
        event = ChangePlan(now, version, charged=price.total)
        period = paid.period
    else:
        price = price_of_new_period(version.terms, unused_part(change_set, use))
        # The new period has this invoice alone: what was paid for the old one is spent.
        price = replace(price, refundable=price.total)
        period = interval.period(now, 0)
        event = ChangePlan(now, version, now, period, price.total)
    invoice = _change_invoice(change_set, version, price, period)
    change_set.record(event, invoice.id if invoice else None)
    return price


def _change_invoice(
    change_set: ChangeSet, version: PlanVersion, price: ChangePrice, period: Period
) -> Invoice | None:
    """The paid invoice of a change; None if neither plan costs anything."""
    if not price.rest and not price.unused:
        return None
    cause = str(change_set.new_id())
    drawn = change_set.draw_up(
        version, change_lines(price), purpose=Purpose.CHANGE, cause=cause, period=period
    )
    return change_set.pay(drawn)


def _change_overdue(change_set: ChangeSet, version: PlanVersion) -> None:
    """Replace the open invoice by one of the same period at the new price; the time runs on."""
    unpaid = change_set.unpaid
    if unpaid is None or unpaid.invoice.period is None:
        raise AssertionError("an overdue subscription has an open invoice of a period")
    begins, interval = unpaid.invoice.period.start, version.terms.interval
    anchor = begins
    if interval == change_set.subscription.version.terms.interval:
        anchor = interval.anchor_for(begins, change_set.subscription.anchor)
    period = interval.period(anchor, interval.number_at(anchor, begins))
    change_set.close_unpaid(InvoiceStatus.VOID)
    change_set.record(ChangePlan(change_set.now, version, anchor))
    if version.terms.is_free:
        present = interval.period_at(anchor, max(change_set.now, begins))
        invoice = pay_renewal(change_set, version, present)
        start(change_set, version, anchor=anchor, period=present, invoice=invoice)
        return
    change_set.await_payment(change_set.renewal(version, period), unpaid.deadline)
    advance(change_set)


def _paid_period(change_set: ChangeSet, use: PeriodUse) -> PaidPeriod:
    subscription = change_set.subscription
    if subscription.period is None:
        raise AssertionError("an active subscription has a period")
    return PaidPeriod(subscription.period, subscription.version.terms.effective_price, use.paid)


def unused_part(change_set: ChangeSet, use: PeriodUse) -> int:
    """What a cancellation gives back; nothing of a period that is over."""
    paid, now = _paid_period(change_set, use), change_set.now
    unused = unused_on_cancellation(paid, use.usage_period, use.allowances, now)
    return max(unused - use.kept, 0)
