"""Meters the pages of documents by the plan of their owner."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from mara.billing.errors import ReservationEnded
from mara.billing.model.meters import Meter
from mara.billing.model.usage_request import UsageRequest
from mara.billing.service.metering import Metering


@dataclass(frozen=True, slots=True)
class PlanPageMetering:
    """Implements ``PageMetering`` of the documents domain.

    A reservation lasts 15 minutes, as long as the function that reads a document may run. The key
    counts how often the document was read: a reservation that has ended is never granted again.
    """

    metering: Metering

    def reserve(self, owner_id: UUID, document_id: UUID, pages: int) -> str:
        """Reserve pages; return the key of the reservation.

        Raises UsageLimitReached, InsufficientFunds.
        """
        for key in _keys(document_id):
            request = UsageRequest(owner_id, {Meter.PAGES: pages}, key, str(document_id))
            try:
                self.metering.reserve(request)
            except ReservationEnded:
                continue
            return key
        raise AssertionError("the keys have no end")

    def settle(self, owner_id: UUID, key: str, pages: int) -> None:
        """Count the pages, in the caller's open transaction."""
        self.metering.settle(owner_id, key, {Meter.PAGES: pages})

    def release(self, owner_id: UUID, key: str) -> None:
        """Give everything back."""
        self.metering.release(owner_id, key)


def _keys(document_id: UUID) -> Iterator[str]:
    return (f"pages:{document_id}:{number}" for number in count(1))
