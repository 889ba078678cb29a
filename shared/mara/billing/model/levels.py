"""Levels: present amounts that a plan limits, such as the number of agents."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.billing.model.meters import Meter

BYTES_PER_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LevelDifference:
    """A stored level that a recount did not confirm."""

    owner_id: UUID
    meter: Meter
    stored: int
    counted: int


def units_of(meter: Meter, included: int) -> int:
    """An allowance in the unit of the level: bytes for ``stored_mb``, else the same."""
    return included * BYTES_PER_MB if meter is Meter.STORED_MB else included
