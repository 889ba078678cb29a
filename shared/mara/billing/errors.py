"""Errors of plans, subscriptions, usage and invoices."""

from mara.kernel.errors import Conflict, Forbidden, Invalid, NotFound, PaymentRequired, Unavailable


class InvalidPlan(Invalid):
    """A term of the plan is out of its range, or terms contradict each other."""

    title = "The plan is not valid"


class PlanNotFound(NotFound):
    """No plan has this id or code, or it has no such version."""

    title = "There is no such plan"
    fields = ("plan", "version")


class PlanCodeTaken(Conflict):
    """Another plan has this code."""

    title = "The code of the plan is taken"
    fields = ("code",)


class PlanArchived(Conflict):
    """An archived plan takes no new subscription and no change to it."""

    title = "The plan is not sold any more"
    fields = ("plan",)


class PlanChanged(Conflict):
    """The plan has another current version than the one that the caller saw."""

    title = "The plan has changed"
    fields = ("version",)


class SamePlan(Conflict):
    """The subscription has this version of the plan already."""

    title = "The subscription has this plan already"
    fields = ("plan",)


class SubscriptionExists(Conflict):
    """The user has a subscription that has not ended."""

    title = "There is a subscription already"


class SubscriptionNotFound(NotFound):
    """The user has no subscription that has not ended."""

    title = "There is no subscription"


class NotInThisState(Conflict):
    """The subscription's state does not allow this; the detail says what it allows."""

    title = "The subscription is not in a state that allows this"


class SubscriptionCancelling(Conflict):
    """The subscription ends with its period: resume it before changing its plan."""

    title = "The subscription is being cancelled"


class OnlyAtPeriodEnd(Conflict):
    """The unused part exceeds the new price; a change at the period's end is possible."""

    title = "The change is possible at the end of the period only"
    fields = ("when",)


class PreviewOutdated(Conflict):
    """What the preview was computed from has changed, or it is too old."""

    title = "The preview is outdated"
    fields = ("as_of",)


class UsageLimitReached(PaymentRequired):
    """The allowance of the usage period is used up."""

    title = "The limit of the plan is reached"


class NotInPlan(Forbidden):
    """The plan does not contain this feature."""

    title = "The plan does not contain this"


class AccountInactive(Forbidden):
    """The account is deactivated: it uses nothing, and is charged nothing."""

    title = "The account is deactivated"


class ReservationEnded(Conflict):
    """The reservation with this key was settled, released or expired before."""

    title = "The reservation has ended"


class ReservationNotFound(Unavailable):
    """The owner has no reservation with this key: a crash of the database may have lost it."""

    title = "The reservation is lost"


class OverageLimitTooLow(Conflict):
    """Overage of this usage period exceeds the limit already."""

    title = "More than this was used already"
    fields = ("overage_limit",)


class BillingClockFixed(Forbidden):
    """Billing time is real time outside the local stage."""

    title = "Billing time cannot be moved here"


class InvalidAdvance(Invalid):
    """The time to advance by is not positive, or too long."""

    title = "Billing time cannot be advanced by this"
    fields = ("advance_s",)


class InvalidNotice(Invalid):
    """The moment at which users learn about a move is in the past, or too far ahead."""

    title = "The time of the notice is not valid"
    fields = ("notice",)


class ConcurrentChange(Unavailable):
    """Another process has changed the subscription since it was read (optimistic locking)."""

    title = "The subscription has been changed meanwhile"


class InvoiceNotFound(NotFound):
    """The user has no invoice or credit note with this id."""

    title = "There is no such invoice"
    fields = ("invoice_id",)


class InvoiceNotPaid(Conflict):
    """A credit note gives back what was paid: the invoice was not."""

    title = "The invoice is not paid"


class CreditNoteTooLarge(Conflict):
    """The credit notes of an invoice would exceed its total."""

    title = "The amount exceeds what is left of the invoice"
    fields = ("amount",)


class CreditTooLarge(Invalid):
    """The amount exceeds the limit of one credit by hand."""

    title = "The credit is too large"
    fields = ("amount",)


class DailyCreditsReached(Conflict):
    """The credits by hand of a day would exceed their limit."""

    title = "The limit of the day for credits is reached"
    fields = ("amount",)


class CreditNotFound(NotFound):
    """The user has no credit by hand with this id."""

    title = "There is no such credit"
    fields = ("reverses",)


class CreditReversed(Conflict):
    """The whole credit was taken back before."""

    title = "The credit was taken back already"
    fields = ("reverses",)


class CreditSpent(Conflict):
    """What is left of the credit is spent, or held for running operations."""

    title = "The credit is spent"
    fields = ("reverses",)
