"""Reservations of use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.billing.model.counter import ReservedItem
from mara.billing.model.meters import Meter
from mara.ledger.model import Hold

HOLD_OUTLIVES: Final = timedelta(hours=1)
"""How much later than its reservation a hold expires by itself, should nothing end both."""


class ReservationState(StrEnum):
    """``expired``: it was neither settled nor released in time."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Use that was granted, and is not known yet; ``key`` is unique among the owner's.

    ``hold`` is what is held for overage, ``charged`` what was posted at the end, in micro-USDT.
    ``used`` is what a settlement counted. ``hold_id`` is the transfer that holds the overage.
    ``expires_at`` is real time.
    """

    id: UUID
    owner_id: UUID
    key: str
    reference: str
    items: tuple[ReservedItem, ...]
    created_at: datetime
    expires_at: datetime
    state: ReservationState = ReservationState.OPEN
    hold_id: UUID | None = None
    charged: int = 0
    ended_at: datetime | None = None
    used: Mapping[Meter, int] = field(default_factory=dict)

    @property
    def ledger_key(self) -> str:
        """The idempotency key of its hold."""
        return f"usage:{self.id}"

    @property
    def late_key(self) -> str:
        """The idempotency key of the charge, if it is settled after it has expired."""
        return f"usage_late:{self.id}"

    @property
    def hold(self) -> Hold | None:
        """The hold of its overage; None where all is from the allowance."""
        if self.hold_id is None:
            return None
        amount = sum(item.cost for item in self.items)
        return Hold(
            id=self.hold_id,
            key=self.ledger_key,
            reference=self.reference,
            owner_id=self.owner_id,
            amount=amount,
            expires_at=self.expires_at + HOLD_OUTLIVES,
        )

    @property
    def quantities(self) -> dict[Meter, int]:
        """What was reserved, by meter."""
        found: dict[Meter, int] = {}
        for item in self.items:
            found[item.meter] = found.get(item.meter, 0) + item.allowance + item.overage
        return found

    def excess(self, used: Mapping[Meter, int]) -> dict[Meter, int]:
        """What was used beyond what was reserved, by meter."""
        reserved = self.quantities
        beyond = {meter: units - reserved.get(meter, 0) for meter, units in used.items()}
        return {meter: units for meter, units in beyond.items() if units > 0}

    def counted(self, used: Mapping[Meter, int]) -> dict[Meter, int]:
        """Of what was used, what was reserved: more is not counted."""
        return {meter: min(used.get(meter, 0), units) for meter, units in self.quantities.items()}

    def ended(self, state: ReservationState, at: datetime, charged: int = 0) -> "Reservation":
        """The reservation after its end."""
        return replace(self, state=state, ended_at=at, charged=charged)
