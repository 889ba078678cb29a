"""Meters answered alerts by the plan of their owner."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.errors import ReservationNotFound
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.usage_request import UsageRequest
from mara.billing.service.metering import Metering


@dataclass(frozen=True, slots=True)
class PlanAlertMetering:
    """Implements ``AlertMetering``; alerts need the plan's feature ``alerts``."""

    metering: Metering

    def reserve(self, owner_id: UUID, answer_id: UUID) -> None:
        """Reserve one alert.

        Raises UsageLimitReached, InsufficientFunds, NotInPlan, ReservationEnded.
        """
        request = UsageRequest(
            owner_id,
            {Meter.ALERTS: 1},
            _key(answer_id),
            str(answer_id),
            feature=Feature.ALERTS,
        )
        self.metering.reserve(request)

    def settle(self, owner_id: UUID, answer_id: UUID, alerts: int) -> None:
        """Count what was used. Raises ReservationNotFound, ReservationEnded."""
        self.metering.settle(owner_id, _key(answer_id), {Meter.ALERTS: alerts})

    def release(self, owner_id: UUID, answer_id: UUID) -> None:
        """Give it back; no effect without a reservation."""
        try:
            self.metering.release(owner_id, _key(answer_id))
        except ReservationNotFound:
            return


def _key(answer_id: UUID) -> str:
    return f"alert:{answer_id}"
