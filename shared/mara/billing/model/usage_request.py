"""What a run asks for before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from mara.billing.model.meters import Feature, Meter
from mara.ledger.model import Cause

LASTS: Final = timedelta(minutes=15)
"""How long a reservation lasts, unless the run that it is for may take longer."""


@dataclass(frozen=True, slots=True)
class UsageRequest:
    """``quantities`` are the most that the run can use; ``key`` identifies it among the owner's.

    ``reference`` is the id of the answer or document. Raises InvalidCause for a key or reference
    that the ledger would refuse, and ValueError for a quantity that is negative, or of a level.
    """

    owner_id: UUID
    quantities: Mapping[Meter, int]
    key: str
    reference: str
    lasts: timedelta = LASTS
    feature: Feature | None = None

    def __post_init__(self) -> None:
        Cause(self.key, self.reference)
        if any(meter.is_level or units < 0 for meter, units in self.quantities.items()):
            raise ValueError("a reservation is of units of meters that are counted per period")
