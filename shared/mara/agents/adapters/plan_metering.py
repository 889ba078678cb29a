"""Meters answers by the plan of their owner."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mara.billing.errors import ReservationNotFound
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.usage_request import LASTS, UsageRequest
from mara.billing.service.metering import Metering


@dataclass(frozen=True, slots=True)
class PlanAnswerMetering:
    """Implements ``AnswerMetering``; tokens need the plan's feature ``generated_answers``."""

    metering: Metering

    def reserve(
        self, owner_id: UUID, answer_id: UUID, *, tokens: int, lasts: timedelta | None = None
    ) -> int:
        """Reserve one answer and ``tokens``; return the reserved tokens.

        Raises UsageLimitReached, InsufficientFunds, NotInPlan, ReservationEnded.
        """
        request = UsageRequest(
            owner_id,
            {Meter.ANSWERS: 1, Meter.GENERATED_TOKENS: tokens},
            _key(answer_id),
            str(answer_id),
            LASTS if lasts is None else lasts,
            Feature.GENERATED_ANSWERS if tokens else None,
        )
        return self.metering.reserve(request).quantities.get(Meter.GENERATED_TOKENS, 0)

    def settle(self, owner_id: UUID, answer_id: UUID, *, answers: int, tokens: int) -> int:
        """Count what was used; return the price in micro-USDT.

        Raises ReservationNotFound, ReservationEnded.
        """
        used = {Meter.ANSWERS: answers, Meter.GENERATED_TOKENS: tokens}
        return self.metering.settle(owner_id, _key(answer_id), used).charged

    def release(self, owner_id: UUID, answer_id: UUID) -> None:
        """Give everything back; no effect without a reservation."""
        try:
            self.metering.release(owner_id, _key(answer_id))
        except ReservationNotFound:
            return


def _key(answer_id: UUID) -> str:
    return f"answer:{answer_id}"
