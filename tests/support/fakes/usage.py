"""The repositories of metered use in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.billing.errors import PlanNotFound, ReservationNotFound
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import Holder
from mara.billing.model.invoice import Invoice
from mara.billing.model.levels import LevelDifference
from mara.billing.model.meters import Meter
from mara.billing.model.reservation import HOLD_OUTLIVES, Reservation, ReservationState
from mara.billing.model.subscription import State
from tests.support.fakes.database import FakeDatabase


class FakeUsageHolders:
    """Implements ``UsageHolders``; billing time is real time."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def get(self, owner_id: UUID, at: datetime) -> Holder:
        holder = self._database.tables.holders.get(owner_id)
        if holder is None:
            raise PlanNotFound("There is no default plan, or no such user.")
        return replace(holder, now=at)

    def lock(
        self, owner_id: UUID, key: str, at: datetime
    ) -> tuple[Holder, Reservation | None, list[Counter]]:
        holder = self.get(owner_id, at)
        stored = [counter for counter, _ in self._database.tables.counters.values()]
        present = [one for one in stored if one.owner_id == owner_id and at in one.period]
        is_overdue = holder.subscription and holder.subscription.state is State.PAST_DUE
        known = self._database.tables.reservations.get((owner_id, key))
        return holder, known, [] if is_overdue else sorted(present, key=lambda one: one.id)


class FakeUsageCounters:
    """Implements ``UsageCounters``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def _all(self) -> list[Counter]:
        stored = [counter for counter, _ in self._database.tables.counters.values()]
        return sorted(stored, key=lambda one: one.id)

    def read(self, owner_id: UUID, starts: Collection[datetime]) -> list[Counter]:
        of_owner = [one for one in self._all() if one.owner_id == owner_id]
        return [one for one in of_owner if one.period.start in starts]

    def lock(self, owner_id: UUID, starts: Collection[datetime]) -> list[Counter]:
        return self.read(owner_id, starts)

    def add(self, counters: Sequence[Counter], at: datetime) -> None:
        known = {_key(one) for one in self._all()}
        for counter in counters:
            if _key(counter) not in known:
                _write(self._database, [counter], at)

    def lock_some(self, ids: Collection[UUID]) -> list[Counter]:
        return [one for one in self._all() if one.id in ids]

    def lock_periods_of(self, ids: Collection[UUID]) -> list[Counter]:
        periods = {(one.owner_id, one.period.start) for one in self.lock_some(ids)}
        return [one for one in self._all() if (one.owner_id, one.period.start) in periods]

    def save(self, counters: Sequence[Counter], at: datetime) -> None:
        _write(self._database, counters, at)

    def changed_at(self, owner_id: UUID, subscription_id: UUID, start: datetime) -> datetime | None:
        moments = [
            at
            for one, at in self._database.tables.counters.values()
            if (one.owner_id, one.subscription_id, one.period.start)
            == (owner_id, subscription_id, start)
            and one.used + one.reserved + one.overage + one.overage_reserved
        ]
        return max(moments, default=None)

    def lock_unpaid(self, subscription_id: UUID) -> list[Counter]:
        charged = [
            period
            for id_, period in self._database.tables.charged_periods
            if id_ == subscription_id
        ]
        return [
            one
            for one in self._all()
            if one.subscription_id == subscription_id and one.is_unpaid
            if not any(one.period.start in period for period in charged)
        ]

    def lock_unpaid_at(self, owner_id: UUID, at: datetime) -> list[Counter]:
        running = [one for one in self._all() if one.owner_id == owner_id and at in one.period]
        ids = {one.subscription_id for one in running if one.subscription_id}
        unpaid = {found.id for id_ in ids for found in self.lock_unpaid(id_)}
        return [one for one in running if one.id in unpaid]

    def read_free(self, owner_id: UUID, at: datetime) -> list[Counter]:
        running = [one for one in self._all() if one.owner_id == owner_id and at in one.period]
        return [one for one in running if one.is_free]

    def lock_ended(self, at: datetime, limit: int) -> list[Counter]:
        periods: dict[tuple[datetime, str], list[Counter]] = {}
        for one in self._all():
            if one.subscription_id and one.period.end <= at:
                place = (one.period.end, str(one.subscription_id))
                periods.setdefault(place, []).append(one)
        due = [
            counters
            for _, counters in sorted(periods.items())
            if any(one.charged and one.invoice_id is None for one in counters)
            and not any(one.reserved or one.overage_reserved for one in counters)
        ]
        return [one for counters in due[:limit] for one in counters]


class FakeReservations:
    """Implements ``Reservations``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def find(self, owner_id: UUID, key: str) -> Reservation | None:
        return self._database.tables.reservations.get((owner_id, key))

    def add(self, reservation: Reservation, counters: Sequence[Counter]) -> bool:
        if self.find(reservation.owner_id, reservation.key) is not None:
            return False
        self._store([reservation], counters, reservation.created_at)
        return True

    def lock(self, owner_id: UUID, key: str, at: datetime) -> tuple[Reservation, list[Counter]]:
        found = self.find(owner_id, key)
        if found is None:
            raise ReservationNotFound("Nothing was charged. Repeat the request.")
        is_open = found.state is ReservationState.OPEN
        if not is_open or at >= found.expires_at + HOLD_OUTLIVES:
            return found, []
        ids = {item.counter_id for item in found.items}
        stored = [counter for counter, _ in self._database.tables.counters.values()]
        return found, sorted((one for one in stored if one.id in ids), key=lambda one: one.id)

    def count_refusal(self, owner_id: UUID, at: datetime) -> int:
        self._database.tables.refusals[owner_id, at.date()] += 1
        return self._database.tables.refusals[owner_id, at.date()]

    def lock_expired(self, at: datetime, limit: int) -> list[Reservation]:
        expired = [
            one
            for one in self._database.tables.reservations.values()
            if one.state is ReservationState.OPEN and one.expires_at <= at
        ]
        return sorted(expired, key=lambda one: one.expires_at)[:limit]

    def end(self, reservations: Sequence[Reservation], counters: Sequence[Counter]) -> None:
        self._store(
            reservations, counters, max(one.ended_at or one.created_at for one in reservations)
        )

    def _store(
        self, reservations: Iterable[Reservation], counters: Iterable[Counter], at: datetime
    ) -> None:
        for one in reservations:
            self._database.tables.reservations[one.owner_id, one.key] = one
        _write(self._database, counters, at)


class FakeUsageLevels:
    """Implements ``UsageLevels``; ``existing`` is what a recount finds."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database
        self.existing: dict[tuple[UUID, Meter], int] = {}

    def read(self, owner_id: UUID) -> Mapping[Meter, int]:
        levels = self._database.tables.levels
        return {meter: level for (id_, meter), level in levels.items() if id_ == owner_id}

    def change(self, owner_id: UUID, meter: Meter, by: int) -> int:
        levels = self._database.tables.levels
        levels[owner_id, meter] = max(levels.get((owner_id, meter), 0) + by, 0)
        return levels[owner_id, meter]

    def recount(self) -> Sequence[LevelDifference]:
        levels = self._database.tables.levels
        differences = [
            LevelDifference(*key, levels.get(key, 0), self.existing.get(key, 0))
            for key in sorted(levels.keys() | self.existing.keys())
            if levels.get(key, 0) != self.existing.get(key, 0)
        ]
        for one in differences:
            levels[one.owner_id, one.meter] = one.counted
        return differences


class FakeUsageInvoices:
    """Implements ``UsageInvoices``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def add(self, invoices: Sequence[Invoice]) -> None:
        self._database.tables.invoices |= {invoice.id: invoice for invoice in invoices}


@dataclass
class UsageAlarms:
    """Implements ``UsageMetrics``."""

    excess: list[Mapping[Meter, int]] = field(default_factory=list)
    recounts: list[Sequence[LevelDifference]] = field(default_factory=list)

    def record_excess(self, excess: Mapping[Meter, int]) -> None:
        self.excess.append(excess)

    def record_recount(self, differences: Sequence[LevelDifference]) -> None:
        self.recounts.append(differences)


def _write(database: FakeDatabase, counters: Iterable[Counter], at: datetime) -> None:
    for counter in counters:
        counts = (counter.used, counter.reserved, counter.overage, counter.overage_reserved)
        assert min(*counts, counter.charged, counter.held) >= 0, "the database refuses it"
        database.tables.counters[counter.id] = counter, at


def _key(counter: Counter) -> tuple[object, ...]:
    return counter.owner_id, counter.period.start, counter.meter, counter.subscription_id
