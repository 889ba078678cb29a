"""Counters and reservations of use in PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic_core import to_json

from mara.billing.adapters.records import Row, subscription_of
from mara.billing.adapters.usage_records import (
    count_row,
    counter_of,
    counter_of_json,
    counter_row,
    end_row,
    reservation_of,
    reservation_row,
)
from mara.billing.adapters.usage_statements import (
    ADD_COUNTERS,
    ADD_RESERVATION,
    CHANGED_AT,
    COUNT_REFUSAL,
    END_ALL,
    END_ONE,
    FIND,
    HOLDER,
    LOCK,
    LOCK_COUNTERS,
    LOCK_COUNTERS_BY_ID,
    LOCK_ENDED,
    LOCK_EXPIRED,
    LOCK_HOLDER,
    LOCK_PERIODS,
    LOCK_UNPAID,
    LOCK_UNPAID_AT,
    READ_COUNTERS,
    READ_FREE,
    UPDATE_COUNTERS,
)
from mara.billing.adapters.versions import load_versions
from mara.billing.errors import PlanNotFound, ReservationNotFound
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import Holder
from mara.billing.model.reservation import HOLD_OUTLIVES, Reservation
from mara.platform.database import connection

VERSIONS = ("version_id", "next_version_id", "paid_version_id", "default_version_id")


class PostgresUsageHolders:
    """Implements ``UsageHolders`` by one statement."""

    def get(self, owner_id: UUID, at: datetime) -> Holder:
        """The user in billing time, at the real time ``at``. Raises PlanNotFound."""
        return _holder(_rows(HOLDER, {"owner_id": owner_id}), at)

    def lock(
        self, owner_id: UUID, key: str, at: datetime
    ) -> tuple[Holder, Reservation | None, list[Counter]]:
        """The user, the reservation with this key, and the present counters, locked."""
        rows = _rows(LOCK_HOLDER, {"owner_id": owner_id, "key": key, "at": at})
        holder = _holder(rows, at)
        known = PostgresReservations().find(owner_id, key) if rows[0]["is_known"] else None
        return holder, known, _locked(rows[0])


class PostgresUsageCounters:
    """Implements ``UsageCounters``."""

    def read(self, owner_id: UUID, starts: Collection[datetime]) -> list[Counter]:
        """The owner's counters of the usage periods that begin at ``starts``."""
        return _counters(READ_COUNTERS, (owner_id, list(starts)))

    def lock(self, owner_id: UUID, starts: Collection[datetime]) -> list[Counter]:
        """The same, locked until the commit."""
        return _counters(LOCK_COUNTERS, (owner_id, list(starts)))

    def add(self, counters: Sequence[Counter], at: datetime) -> None:
        """Insert counters; those of a meter and usage period that exist stay as they are."""
        connection().execute(ADD_COUNTERS, (_dump(counter_row(one, at) for one in counters),))

    def lock_some(self, ids: Collection[UUID]) -> list[Counter]:
        """The counters with these ids, locked."""
        return _counters(LOCK_COUNTERS_BY_ID, (list(ids),))

    def lock_periods_of(self, ids: Collection[UUID]) -> list[Counter]:
        """All counters of the usage periods of these counters, locked."""
        return _counters(LOCK_PERIODS, (list(ids),))

    def save(self, counters: Sequence[Counter], at: datetime) -> None:
        """Update locked counters."""
        if counters:
            rows = _dump(counter_row(one, at) for one in counters)
            connection().execute(UPDATE_COUNTERS, {"counters": rows})

    def changed_at(self, owner_id: UUID, subscription_id: UUID, start: datetime) -> datetime | None:
        """When counters of a usage period with any use changed last, in billing time."""
        row = connection().execute(CHANGED_AT, (owner_id, subscription_id, start)).fetchone()
        return row[0] if row else None

    def lock_unpaid(self, subscription_id: UUID) -> list[Counter]:
        """Counters that were made before their period was charged, which it never was."""
        return _counters(LOCK_UNPAID, (subscription_id,))

    def lock_unpaid_at(self, owner_id: UUID, at: datetime) -> list[Counter]:
        """The same of all subscriptions of the owner, in usage periods that contain ``at``."""
        return _counters(LOCK_UNPAID_AT, {"owner_id": owner_id, "at": at})

    def read_free(self, owner_id: UUID, at: datetime) -> list[Counter]:
        """Counters that are free, of the owner's usage periods that contain ``at``."""
        return _counters(READ_FREE, {"owner_id": owner_id, "at": at})

    def lock_ended(self, at: datetime, limit: int) -> list[Counter]:
        """All counters of up to ``limit`` usage periods to invoice at the real time ``at``."""
        return _counters(LOCK_ENDED, {"at": at, "limit": limit})


class PostgresReservations:
    """Implements ``Reservations``."""

    def find(self, owner_id: UUID, key: str) -> Reservation | None:
        """The reservation with this key of the owner."""
        return next(map(reservation_of, _rows(FIND, (owner_id, key))), None)

    def add(self, reservation: Reservation, counters: Sequence[Counter]) -> bool:
        """Insert it and update the counters; False, and no change, where its key exists."""
        written = reservation_row(reservation) | _counts(counters)
        return connection().execute(ADD_RESERVATION, written).fetchone() is not None

    def lock(self, owner_id: UUID, key: str, at: datetime) -> tuple[Reservation, list[Counter]]:
        """The reservation, and its counters if it is in time, locked.

        Raises ReservationNotFound.
        """
        parameters = {"owner_id": owner_id, "key": key, "not_before": at - HOLD_OUTLIVES}
        for row in _rows(LOCK, parameters):
            return reservation_of(row), _locked(row)
        raise ReservationNotFound("Nothing was charged. Repeat the request.")

    def count_refusal(self, owner_id: UUID, at: datetime) -> int:
        """Count a use that was refused; how many were on the day of ``at``."""
        row = connection().execute(COUNT_REFUSAL, (at.date(), owner_id)).fetchone()
        if row is None:
            raise AssertionError("the upsert returns its row")
        return int(row[0])

    def lock_expired(self, at: datetime, limit: int) -> list[Reservation]:
        """Open reservations that expired at ``at``; those that are locked are skipped."""
        return [reservation_of(row) for row in _rows(LOCK_EXPIRED, (at, limit))]

    def end(self, reservations: Sequence[Reservation], counters: Sequence[Counter]) -> None:
        """Store the end of reservations, and the counters that change, by one statement."""
        at = max(one.ended_at or one.created_at for one in reservations)
        rows = [end_row(one) for one in reservations]
        if len(rows) == 1:
            one = {"at": at, "owner_id": reservations[0].owner_id, **rows[0], **_counts(counters)}
            connection().execute(END_ONE, one)
            return
        ids = [one.id for one in reservations]
        written = {"at": at, "ids": ids, "reservations": _dump(rows), **_counts(counters)}
        connection().execute(END_ALL, written)


def _holder(rows: Sequence[Row], at: datetime) -> Holder:
    row = next(iter(rows), None)
    if row is None or row["default_version_id"] is None:
        raise PlanNotFound("There is no default plan, or no such user.")
    versions = load_versions({row[name] for name in VERSIONS if row[name]})
    return Holder(
        owner_id=row["holder_id"],
        now=at + timedelta(microseconds=row["ahead_us"]),
        created_at=row["holder_created_at"],
        default=versions[row["default_version_id"]],
        subscription=subscription_of(row, versions) if row["id"] else None,
        paid_version=versions.get(row["paid_version_id"]),
        unpaid_start=row["unpaid_start"],
        is_covered=row["is_covered"],
        is_active=row["holder_is_active"],
    )


def _counts(counters: Sequence[Counter]) -> dict[str, Any]:
    ids = [counter.id for counter in counters]
    return {"counter_ids": ids, "counters": _dump(map(count_row, counters))}


def _locked(row: Row) -> list[Counter]:
    return [counter_of_json(counter) for counter in row["counters"] or ()]


def _counters(statement: str, parameters: Any) -> list[Counter]:
    return [counter_of(row) for row in _rows(statement, parameters)]


def _rows(statement: str, parameters: Any) -> list[Row]:
    cursor = connection().cursor(row_factory=dict_row)
    return list(cursor.execute(statement, parameters))


def _dump(rows: Iterable[Mapping[str, Any]]) -> str:
    return to_json(list(rows)).decode()
