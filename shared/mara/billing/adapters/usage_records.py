"""Conversion between rows of metered use and what the domain calls them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.billing.adapters.records import Row, period_of
from mara.billing.model.counter import Counter, ReservedItem
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.model.reservation import Reservation, ReservationState

UUIDS = ("id", "owner_id", "subscription_id", "version_id", "invoice_id")
MOMENTS = ("period_start", "period_end")


def counter_of(row: Row) -> Counter:
    """A counter, of a row of ``usage_counters``."""
    period = period_of(row)
    if period is None:
        raise AssertionError("a counter has a usage period")
    return Counter(
        id=row["id"],
        owner_id=row["owner_id"],
        subscription_id=row["subscription_id"],
        version_id=row["version_id"],
        period=period,
        meter=Meter(row["meter"]),
        included=row["included"],
        rounded_up=row["rounded_up"],
        used=row["used"],
        reserved=row["reserved"],
        overage=row["overage"],
        overage_reserved=row["overage_reserved"],
        charged=row["charged"],
        held=row["held"],
        notified=row["notified"],
        is_unpaid=row["unpaid"],
        is_free=row["free"],
        invoice_id=row["invoice_id"],
    )


def counter_of_json(row: Mapping[str, Any]) -> Counter:
    """A counter, of a row of ``usage_counters`` as JSON."""
    return counter_of(
        {
            **row,
            **{name: UUID(row[name]) if row[name] else None for name in UUIDS},
            **{name: datetime.fromisoformat(row[name]) for name in MOMENTS},
        }
    )


def counter_row(counter: Counter, at: datetime) -> dict[str, Any]:
    """The columns of a counter."""
    return {
        "id": counter.id,
        "owner_id": counter.owner_id,
        "subscription_id": counter.subscription_id,
        "version_id": counter.version_id,
        **_period_row(counter.period),
        "meter": counter.meter,
        "included": counter.included,
        "rounded_up": counter.rounded_up,
        "used": counter.used,
        "reserved": counter.reserved,
        "overage": counter.overage,
        "overage_reserved": counter.overage_reserved,
        "charged": counter.charged,
        "held": counter.held,
        "notified": counter.notified,
        "unpaid": counter.is_unpaid,
        "free": counter.is_free,
        "invoice_id": counter.invoice_id,
        "changed_at": at,
    }


def reservation_of(row: Row) -> Reservation:
    """A reservation, of a row of ``usage_reservations``."""
    return Reservation(
        id=row["id"],
        owner_id=row["owner_id"],
        key=row["key"],
        reference=row["reference"],
        items=tuple(map(_item_of, row["items"])),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        state=ReservationState(row["state"]),
        hold_id=row["hold_id"],
        charged=row["charged"],
        ended_at=row["ended_at"],
        used={Meter(meter): units for meter, units in (row["used"] or {}).items()},
    )


def count_row(counter: Counter) -> dict[str, Any]:
    """The columns of a counter that reserving and settling change."""
    return {
        "id": counter.id,
        "used": counter.used,
        "reserved": counter.reserved,
        "overage": counter.overage,
        "overage_reserved": counter.overage_reserved,
        "charged": counter.charged,
        "held": counter.held,
        "notified": counter.notified,
    }


def reservation_row(reservation: Reservation) -> dict[str, Any]:
    """The columns of a reservation that was made."""
    return {
        "id": reservation.id,
        "owner_id": reservation.owner_id,
        "key": reservation.key,
        "reference": reservation.reference,
        "items": json.dumps([_item_row(item) for item in reservation.items]),
        "state": reservation.state,
        "hold_id": reservation.hold_id,
        "at": reservation.created_at,
        "expires_at": reservation.expires_at,
    }


def end_row(reservation: Reservation) -> dict[str, Any]:
    """The columns of a reservation that has ended."""
    return {
        "id": reservation.id,
        "state": reservation.state,
        "charged": reservation.charged,
        "used": json.dumps(reservation.used) if reservation.used else None,
    }


def _item_row(item: ReservedItem) -> dict[str, Any]:
    return {
        "counter_id": str(item.counter_id),
        "meter": item.meter,
        "allowance": item.allowance,
        "overage": item.overage,
        "price": item.price,
    }


def _item_of(row: Mapping[str, Any]) -> ReservedItem:
    return ReservedItem(
        UUID(row["counter_id"]),
        Meter(row["meter"]),
        row["allowance"],
        row["overage"],
        row["price"],
    )


def _period_row(period: Period) -> dict[str, datetime]:
    return {"period_start": period.start, "period_end": period.end}
