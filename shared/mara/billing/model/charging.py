"""What the passing of time and the arrival of money do to a subscription.

``advance`` is the one decision of the schedule, of ``DepositCredited`` and of a clock that is
moved on: it renews, charges what is overdue, and ends what was not paid.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from mara.billing.model.change_set import ChangeSet
from mara.billing.model.invoice import Invoice, InvoiceStatus
from mara.billing.model.payment_deadline import PaymentDeadline
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanVersion
from mara.billing.model.reminders import DEFAULT_REMINDERS, Reminders, trial_reminder_at
from mara.billing.model.subscription import EndReason, State, Subscription
from mara.billing.model.subscription_events import End, MissPayment, StartPeriod
from mara.billing.model.waiting import (
    may_end,
    observe,
    remind_of_payment,
    remind_of_trial_end,
    unpaid_of,
)

TIME_TO_PAY_FIRST: Final = timedelta(hours=24)
"""How long a subscription waits for its first payment."""
HOLDS_WAIT_MAX: Final = timedelta(hours=1)
"""How long a renewal waits for the user's own holds to end."""
LOOK_AGAIN: Final = timedelta(minutes=1)
"""When a paused deadline is looked at again, and one that is over while a scan lags."""


def advance(change_set: ChangeSet, reminders: Reminders = DEFAULT_REMINDERS) -> None:
    """Do all that is due at ``change_set.now``: several periods after a long stop."""
    if change_set.account.is_closed:
        _close(change_set)
    while _STEPS[change_set.subscription.state](change_set, reminders):
        pass


def next_look(change_set: ChangeSet, reminders: Reminders = DEFAULT_REMINDERS) -> datetime | None:
    """The billing time at which something is due again, if no money arrives; None after the end."""
    subscription, unpaid = change_set.subscription, change_set.unpaid
    if unpaid is not None:
        if unpaid.deadline.paused_since is not None or unpaid.deadline.is_over(change_set.now):
            return change_set.now + LOOK_AGAIN
        return reminders.next_at(unpaid.deadline, change_set.now)
    if subscription.state is State.ENDED or subscription.period is None:
        return None
    if subscription.state is State.TRIALING and not change_set.trial_reminded:
        return trial_reminder_at(subscription.period)
    return subscription.period.end


def next_period(subscription: Subscription, version: PlanVersion) -> tuple[datetime, Period]:
    """The anchor and the period that follows the present one; another interval sets an anchor."""
    if subscription.period is None or subscription.anchor is None:
        raise AssertionError("a subscription that was never paid has no next period")
    start, anchor, interval = subscription.period.end, subscription.anchor, version.terms.interval
    if interval != subscription.version.terms.interval:
        anchor = start
    return anchor, interval.period(anchor, interval.number_at(anchor, start))


def _close(change_set: ChangeSet) -> None:
    if change_set.subscription.state is not State.ENDED:
        change_set.close_unpaid(InvoiceStatus.VOID)
        change_set.record(End(change_set.now, EndReason.CLOSED))


def _step_ended(_: ChangeSet, __: Reminders) -> bool:
    return False


def _step_period(change_set: ChangeSet, _: Reminders) -> bool:
    """Renew a subscription whose trial or period is over; whether another step may be due."""
    subscription, now = change_set.subscription, change_set.now
    if subscription.cancel_at is not None and subscription.cancel_at <= now:
        change_set.record(End(subscription.cancel_at, EndReason.CANCELLED))
        return False
    if subscription.period is None or now < subscription.period.end:
        remind_of_trial_end(change_set)
        return False
    version = subscription.version_at(subscription.period.end)
    anchor, period = next_period(subscription, version)
    due = version.terms.effective_price
    if change_set.available >= due:
        invoice = pay_renewal(change_set, version, period)
        start(change_set, version, anchor=anchor, period=period, invoice=invoice)
        return True
    waits_until = subscription.period.end + HOLDS_WAIT_MAX
    if change_set.available + change_set.account.funds.reserved >= due and now < waits_until:
        return False
    invoice = change_set.renewal(version, period)
    change_set.record(MissPayment(now, version), invoice.id)
    grace = timedelta(days=version.terms.grace_days)
    change_set.await_payment(invoice, PaymentDeadline.begin(now, grace))
    return True


def _step_first_payment(change_set: ChangeSet, _: Reminders) -> bool:
    """Start an incomplete subscription once its draft is covered, or end it."""
    unpaid, version, now = unpaid_of(change_set), change_set.subscription.version, change_set.now
    if change_set.available >= unpaid.invoice.total:
        period = version.terms.interval.period(now, 0)
        invoice = change_set.pay(replace(unpaid.invoice, period=period))
        start(change_set, version, anchor=now, period=period, invoice=invoice)
        return True
    observe(change_set, unpaid, change_set.funds.in_flight)
    if may_end(change_set):
        change_set.close_unpaid(InvoiceStatus.VOID)
        change_set.record(End(now, EndReason.EXPIRED))
    return False


def _step_overdue(change_set: ChangeSet, reminders: Reminders) -> bool:
    """Charge an overdue subscription once it is covered, or end it, or remind of it."""
    subscription, now, unpaid = change_set.subscription, change_set.now, unpaid_of(change_set)
    version = subscription.version
    if change_set.available >= version.terms.effective_price:
        anchor, period = _overdue_period(change_set, unpaid.invoice)
        invoice = _paid_overdue(change_set, period)
        start(change_set, version, anchor=anchor, period=period, invoice=invoice)
        return True
    observe(change_set, unpaid, change_set.funds.cover(unpaid.invoice.total))
    if may_end(change_set):
        change_set.close_unpaid(InvoiceStatus.UNCOLLECTIBLE)
        change_set.record(End(now, EndReason.UNPAID))
    else:
        remind_of_payment(change_set, reminders)
    return False


def _overdue_period(change_set: ChangeSet, invoice: Invoice) -> tuple[datetime, Period]:
    """The anchor, and the period of the grid that contains this moment.

    Periods that passed unpaid are not charged. A clock that was set back gives the open invoice's.
    """
    interval = change_set.subscription.version.terms.interval
    start = invoice.period.start if invoice.period else change_set.now
    anchor = interval.anchor_for(start, change_set.subscription.anchor)
    return anchor, interval.period_at(anchor, max(change_set.now, start))


def pay_renewal(change_set: ChangeSet, version: PlanVersion, period: Period) -> Invoice | None:
    """The paid invoice of a period; None if it costs nothing."""
    if version.terms.is_free:
        return None
    return change_set.pay(change_set.renewal(version, period))


def _paid_overdue(change_set: ChangeSet, period: Period) -> Invoice | None:
    """The open invoice, or one of the present period instead of it, paid."""
    invoice = unpaid_of(change_set).invoice
    if invoice.period == period and invoice.total:
        return change_set.pay(invoice)
    change_set.close_unpaid(InvoiceStatus.VOID)
    return pay_renewal(change_set, change_set.subscription.version, period)


def start(
    change_set: ChangeSet,
    version: PlanVersion,
    *,
    anchor: datetime,
    period: Period,
    invoice: Invoice | None,
) -> None:
    """Begin a period that was charged by ``invoice``, or costs nothing."""
    charged = invoice.total if invoice else 0
    event = StartPeriod(change_set.now, version, anchor, period, charged)
    change_set.record(event, invoice.id if invoice else None)


_STEPS: Final = {
    State.TRIALING: _step_period,
    State.ACTIVE: _step_period,
    State.INCOMPLETE: _step_first_payment,
    State.PAST_DUE: _step_overdue,
    State.ENDED: _step_ended,
}
