"""Waiting for a payment: pauses of its deadline, reminders, and when it is over."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from mara.billing.model.account import UnpaidInvoice
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.payment_deadline import Cover
from mara.billing.model.reminders import Reminders, trial_reminder_at
from mara.billing.model.subscription import State

SCAN_WAIT_MAX: Final = timedelta(days=7)
"""How long an end waits for a scan that is not caught up with the deadline."""


def observe(change_set: ChangeSet, unpaid: UnpaidInvoice, cover: Cover) -> None:
    """Pause the deadline, or let it go on, by what covers the invoice now."""
    deadline = unpaid.deadline.observe(cover, change_set.now)
    change_set.unpaid = replace(unpaid, deadline=deadline)


def may_end(change_set: ChangeSet) -> bool:
    """Whether the time to pay is over, and no deposit before its end can still be unknown."""
    deadline = unpaid_of(change_set).deadline
    if not deadline.is_over(change_set.now):
        return False
    scanned = change_set.account.scanned_until
    is_scanned = scanned is None or scanned >= deadline.at
    return is_scanned or change_set.now >= deadline.at + SCAN_WAIT_MAX


def remind_of_trial_end(change_set: ChangeSet) -> None:
    """Remind once of the end of a trial, some days before it."""
    subscription = change_set.subscription
    if subscription.state is not State.TRIALING or change_set.trial_reminded:
        return
    if subscription.period and change_set.now >= trial_reminder_at(subscription.period):
        change_set.trial_reminded = change_set.reminds_trial = True


def remind_of_payment(change_set: ChangeSet, reminders: Reminders) -> None:
    """Remind of an open invoice; of several reminders that are due, the last one is sent."""
    unpaid = unpaid_of(change_set)
    if unpaid.deadline.paused_since is not None:
        return
    due = reminders.due(unpaid.deadline, change_set.now)
    if due > unpaid.reminders:
        change_set.unpaid = replace(unpaid, reminders=due)
        change_set.reminds_payment = True


def unpaid_of(change_set: ChangeSet) -> UnpaidInvoice:
    """The invoice that an incomplete or overdue subscription waits for."""
    if change_set.unpaid is None:
        raise AssertionError("a subscription that waits for a payment has an unpaid invoice")
    return change_set.unpaid
