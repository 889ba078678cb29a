"""The ports that actions of users need besides accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.billing.model.actions import CreditablePayment
from mara.billing.model.creditable import CreditableInvoice
from mara.billing.model.history import HistoryEntry
from mara.billing.model.invoice import CreditNote
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.model.proration import UsedAllowance
from mara.billing.model.subscription import Subscription
from mara.kernel.page import PageRequest


class PeriodUsage(Protocol):
    """What was used in the usage period of a subscription; moments are billing time.

    The caller has locked the subscription.
    """

    def lock(self, subscription: Subscription, at: datetime) -> None:
        """Lock the rows of the usage period that contains ``at``; call it before balances are."""

    def use_of(
        self, subscription: Subscription, at: datetime
    ) -> tuple[Period, tuple[UsedAllowance, ...]]:
        """The usage period that contains ``at``, and its limited allowances."""

    def overage_of(self, subscription: Subscription, at: datetime) -> int:
        """What overage costs in that usage period, charged or held, in micro-USDT."""

    def changed_at(self, subscription: Subscription, at: datetime) -> datetime | None:
        """When anything was used or reserved last in that usage period."""

    def change_plan(self, before: Subscription, after: Subscription, at: datetime) -> None:
        """Blend the allowances of the usage period after a change of plan."""

    def allowances_after(
        self, before: Subscription, after: Subscription, at: datetime
    ) -> Mapping[Meter, int | None]:
        """The allowances that ``change_plan`` would store, for a preview."""

    def free_since(self, owner_id: UUID, at: datetime) -> datetime | None:
        """When the last usage period of a plan of price 0 began that contains ``at``; or None."""

    def close(self, subscription: Subscription, at: datetime) -> None:
        """Leave nothing of the usage period to reserve, after a cancellation now.

        So a reservation that waits for the lock gets nothing of what was given back.
        """


class Trials(Protocol):
    """Who has used a trial: each user has one."""

    def is_available(self, owner_id: UUID) -> bool:
        """Whether the user has not had a trial."""

    def use(self, owner_id: UUID, at: datetime) -> None:
        """Record the user's trial."""


class CreditNotes(Protocol):
    """The repository of credit notes."""

    def noted_at(self, subscription_id: UUID) -> datetime | None:
        """When an invoice of the subscription got its last credit note, in billing time."""

    def payments_of(self, subscription_id: UUID, period: Period) -> Sequence[CreditablePayment]:
        """The paid invoices of the period with what their notes have left, newest first."""

    def lock_invoice(self, invoice_id: UUID) -> CreditableInvoice:
        """The invoice, with its subscription locked. Raises InvoiceNotFound."""

    def add(self, notes: Sequence[CreditNote]) -> list[CreditNote]:
        """Number and insert the notes, and return them; written last, as numbered invoices are."""


class SubscriptionHistory(Protocol):
    """The events of subscriptions, for reading."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[HistoryEntry]:
        """The owner's events, newest first; one more than the page's limit if there are more.

        Raises InvalidCursor.
        """

    def count(self, owner_id: UUID) -> int:
        """The number of the owner's events."""


class BillingMetrics(Protocol):
    """Metrics that the alarms of billing evaluate."""

    def record(self, set_aside: int) -> None:
        """Record one tick: how many subscriptions failed because of an internal error."""
