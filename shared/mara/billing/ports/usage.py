"""The ports of metered use."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import Holder
from mara.billing.model.invoice import Invoice
from mara.billing.model.levels import LevelDifference
from mara.billing.model.meters import Meter
from mara.billing.model.reservation import Reservation


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

    def lock_unpaid_at(self, owner_id: UUID, at: datetime) -> list[Counter]:
        """The same of all subscriptions of the owner, in usage periods that contain ``at``."""

    def read_free(self, owner_id: UUID, at: datetime) -> list[Counter]:
        """Counters that are free, of the owner's usage periods that contain ``at``."""

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
