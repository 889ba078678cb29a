"""The ports of the billing domain: its repositories, and deposits in flight."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from mara.billing.model.account import Account
from mara.billing.model.actions import CreditablePayment
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.counter import Counter
from mara.billing.model.creditable import CreditableInvoice
from mara.billing.model.entitlement import Holder
from mara.billing.model.history import HistoryEntry
from mara.billing.model.invoice import CreditNote, Invoice
from mara.billing.model.levels import LevelDifference
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.model.plan import Plan, PlanVersion
from mara.billing.model.proration import UsedAllowance
from mara.billing.model.reservation import Reservation
from mara.billing.model.subscription import Subscription
from mara.kernel.page import PageRequest


class Plans(Protocol):
    """The repository of plans and their versions; all users read them."""

    def add(self, plan: Plan) -> None:
        """Insert a plan with its first version. Raises PlanCodeTaken."""

    def save(self, plan: Plan) -> None:
        """Update names and visibility, and insert the current version if it is new.

        Raises ConcurrentChange if another process made a version with its number.
        """

    def get(self, plan_id: UUID) -> Plan:
        """The plan with its current version. Raises PlanNotFound."""

    def find(self, code: str) -> Plan:
        """The plan with this code, whatever its visibility. Raises PlanNotFound."""

    def get_default(self) -> Plan:
        """The default plan. Raises PlanNotFound if no plan was stored yet."""

    def list_public(self) -> Sequence[Plan]:
        """The plans that are sold to everyone, the cheapest first."""

    def list_versions(self, plan_id: UUID) -> Sequence[PlanVersion]:
        """All versions, newest first. Raises PlanNotFound."""


class FundsInFlight(NamedTuple):
    """Sums of deposits that are not credited yet, in micro-USDT."""

    final: int = 0
    unconfirmed: int = 0


class DepositsInFlight(Protocol):
    """Deposits of at least the network's minimum, and how far networks were scanned."""

    def sum_by_owner(self, owner_ids: Collection[UUID]) -> Mapping[UUID, FundsInFlight]:
        """The sums of the owners that have any; one statement for all."""

    def scanned_until(self, owner_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When the scan of all networks with a wallet of the owner was caught up last.

        Owners without a wallet on a network that is on are missing.
        """


class Accounts(Protocol):
    """Subscriptions with what decisions about them are made from, locked until the commit.

    ``now`` of each account is the owner's billing time; ``at`` is the real time. Funds and scans
    are those of other domains, and are left empty.
    """

    def lock_due(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        """Accounts whose ``due_at`` has come, oldest first; those that are locked are skipped.

        ``after`` is the last account of the batch before.
        """

    def lock_covered(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        """Unpaid accounts that a balance covers, or whose deadline deposits in flight stop.

        Those that are due, locked or set aside are left out.
        """

    def lock_some(self, subscription_ids: Collection[UUID], at: datetime) -> Sequence[Account]:
        """Those of the accounts that are not locked and have not ended."""

    def lock_of(self, owner_id: UUID, at: datetime) -> Account | None:
        """The account of the owner's subscription that has not ended; waits for its lock."""

    def find(self, owner_id: UUID, at: datetime) -> Account | None:
        """The same without a lock, for reading."""

    def lock_subscribers(
        self, version_ids: Collection[UUID], limit: int, after: UUID, at: datetime
    ) -> Sequence[Account]:
        """Accounts on these versions in the order of their ids, those after ``after``; waits.

        Left out are those that never began, are cancelling, or have a planned change.
        """

    def save(self, change_sets: Sequence[ChangeSet], at: datetime, actor_id: UUID | None) -> None:
        """Write subscriptions, events and invoices; numbered invoices are written last.

        ``actor_id`` is the user who acted; None for the schedule. Raises ConcurrentChange,
        SubscriptionExists.
        """

    def set_aside(self, subscription_id: UUID, reason: str, until: datetime) -> None:
        """Store why the subscription was not charged; it is due again at ``until``."""

    def billing_time(self, owner_id: UUID, at: datetime) -> datetime:
        """The owner's billing time; it differs from ``at`` in the local stage only."""

    def shift_time(self, owner_id: UUID, by: timedelta) -> None:
        """Move the owner's billing time forward."""


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


class UsageHolders(Protocol):
    """What entitlements are derived from; subscriptions are read without a lock."""

    def get(self, owner_id: UUID, at: datetime) -> Holder:
        """The user in billing time, at the real time ``at``. Raises PlanNotFound without plans."""

    def lock(
        self, owner_id: UUID, key: str, at: datetime
    ) -> tuple[Holder, Reservation | None, list[Counter]]:
        """The same, the reservation with this key, and the counters of the present, locked.

        The counters are those of usage periods that contain billing time, by one statement; none if
        the subscription is overdue. Raises PlanNotFound.
        """


class UsageCounters(Protocol):
    """Counters of use. They are locked before balances, in the order of their ids."""

    def read(self, owner_id: UUID, starts: Collection[datetime]) -> list[Counter]:
        """The owner's counters of the usage periods that begin at ``starts``."""

    def lock(self, owner_id: UUID, starts: Collection[datetime]) -> list[Counter]:
        """The same, locked until the commit."""

    def add(self, counters: Sequence[Counter], at: datetime) -> None:
        """Insert counters; those of a meter and usage period that exist stay as they are."""

    def lock_some(self, ids: Collection[UUID]) -> list[Counter]:
        """The counters with these ids, locked."""

    def lock_periods_of(self, ids: Collection[UUID]) -> list[Counter]:
        """All counters of the usage periods of these counters, locked."""

    def save(self, counters: Sequence[Counter], at: datetime) -> None:
        """Update locked counters."""

    def changed_at(self, owner_id: UUID, subscription_id: UUID, start: datetime) -> datetime | None:
        """When counters of a usage period with any use changed last, in billing time."""

    def lock_unpaid(self, subscription_id: UUID) -> list[Counter]:
        """Counters that were made before their period was charged, which it never was."""

    def lock_ended(self, at: datetime, limit: int) -> list[Counter]:
        """All counters of up to ``limit`` usage periods to invoice at the real time ``at``.

        They have ended, have overage that no invoice lists, and no open reservation.
        """


class Reservations(Protocol):
    """Reservations of use. They are locked before their counters."""

    def find(self, owner_id: UUID, key: str) -> Reservation | None:
        """The reservation with this key of the owner."""

    def add(self, reservation: Reservation, counters: Sequence[Counter]) -> bool:
        """Insert it and update the counters; False, and no change, where its key exists."""

    def lock(self, owner_id: UUID, key: str, at: datetime) -> tuple[Reservation, list[Counter]]:
        """The reservation, and its counters if it is in time, locked by one statement.

        It is in time if it is open, and its hold cannot have expired. Raises ReservationNotFound.
        """

    def count_refusal(self, owner_id: UUID, at: datetime) -> int:
        """Count a use that was refused; how many were on the day of ``at``."""

    def lock_expired(self, at: datetime, limit: int) -> list[Reservation]:
        """Open reservations that expired at ``at``; those that are locked are skipped."""

    def end(self, reservations: Sequence[Reservation], counters: Sequence[Counter]) -> None:
        """Store the end of reservations, and the counters that change, by one statement."""


class UsageLevels(Protocol):
    """Present amounts per user: how many agents and bots, how many bytes."""

    def read(self, owner_id: UUID) -> Mapping[Meter, int]:
        """The levels of a user; those that are 0 may be missing."""

    def change(self, owner_id: UUID, meter: Meter, by: int) -> int:
        """Add ``by`` under the lock of the row; the new level, which is never negative."""

    def recount(self) -> Sequence[LevelDifference]:
        """Count everything that exists, correct the levels that differ, and return those."""


class UsageInvoices(Protocol):
    """Invoices of overage, which was charged when it was used."""

    def add(self, invoices: Sequence[Invoice]) -> None:
        """Insert invoices that are issued as paid; their numbers are given last."""


class UsageMetrics(Protocol):
    """Metrics that the alarms of usage evaluate."""

    def record_excess(self, excess: Mapping[Meter, int]) -> None:
        """Record units that a run has used beyond its reservation, by meter."""

    def record_recount(self, differences: Sequence[LevelDifference]) -> None:
        """Record every recount of the levels, also without differences."""
