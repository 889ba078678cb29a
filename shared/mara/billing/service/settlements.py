"""The settlement of reservations: counts what was used, and posts its price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.billing.errors import ReservationEnded
from mara.billing.messages import UsageThresholdReached
from mara.billing.model.counter import Counter, overage_of, threshold_reached
from mara.billing.model.entitlement import entitlement_of
from mara.billing.model.meters import Meter
from mara.billing.model.reservation import Reservation, ReservationState
from mara.billing.model.settlement import (
    Counters,
    SettledUse,
    give_back,
    settle,
    settle_late,
)
from mara.billing.ports import Reservations, UsageCounters, UsageHolders, UsageMetrics
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.money import AMOUNT_MAX
from mara.ledger.model import Cause, TransferKind
from mara.ledger.service import LedgerService


@dataclass(frozen=True, slots=True)
class Settlements:
    """Works inside the caller's open transaction: no answer without its price, nor the reverse."""

    holders: UsageHolders
    counters: UsageCounters
    reservations: Reservations
    ledger: LedgerService
    publish: Publish
    metrics: UsageMetrics
    now: Clock

    def settle(self, owner_id: UUID, key: str, used: Mapping[Meter, int]) -> Reservation:
        """Settle the reservation; ``charged`` of the result is the price that was posted.

        Raises ReservationNotFound, ReservationEnded.
        """
        at = self.now()
        reservation, counters = self.reservations.lock(owner_id, key, at)
        match reservation.state:
            case ReservationState.SETTLED:
                return reservation
            case ReservationState.RELEASED:
                raise ReservationEnded("It was released.", state=reservation.state)
            case ReservationState.OPEN if counters or not reservation.items:
                settlement = self._in_time(reservation, counters, used)
            case _:
                settlement = self._late(reservation, used, at)
        excess = reservation.excess(used)
        if excess:
            self.metrics.record_excess(excess)
        ended = reservation.ended(ReservationState.SETTLED, at, settlement.charged)
        ended = replace(ended, used=reservation.counted(used))
        self.reservations.end([ended], [self._notify(one) for one in settlement.counters.values()])
        return ended

    def _in_time(
        self, reservation: Reservation, locked: Sequence[Counter], used: Mapping[Meter, int]
    ) -> SettledUse:
        settlement = settle(reservation, {one.id: one for one in locked}, used)
        if reservation.hold:
            request = reservation.hold.ending(TransferKind.SETTLE, settlement.charged)
            self.ledger.transfer(request)
        return settlement

    def _late(
        self, reservation: Reservation, used: Mapping[Meter, int], at: datetime
    ) -> SettledUse:
        """Settle a reservation that has expired, or whose hold has."""
        ids = [item.counter_id for item in reservation.items]
        locked = self.counters.lock_periods_of(ids)
        counters: Counters = {one.id: one for one in locked if one.id in ids}
        if reservation.state is ReservationState.OPEN:
            counters = give_back(reservation, counters)
            if reservation.hold:
                self.ledger.transfer(reservation.hold.ending(TransferKind.EXPIRE, 0))
        settlement = settle_late(reservation, counters, used, budget=AMOUNT_MAX)
        if not settlement.charged:
            return settlement
        budget = self._late_budget(reservation, [*locked], at)
        settlement = settle_late(reservation, counters, used, budget=budget)
        if settlement.charged:
            cause = Cause(reservation.late_key, reservation.reference)
            self.ledger.charge(reservation.owner_id, settlement.charged, cause)
        return settlement

    def _late_budget(self, reservation: Reservation, locked: list[Counter], at: datetime) -> int:
        """What a late settlement may cost: within the limit of overage, and the balance."""
        owner_id, ids = reservation.owner_id, [item.counter_id for item in reservation.items]
        entitlement = entitlement_of(self.holders.get(owner_id, at))
        own = next(one for one in locked if one.id in ids)
        if own.subscription_id != entitlement.sources[0].subscription_id:
            return 0
        spent = overage_of(
            one
            for one in locked
            if (one.subscription_id, one.period) == (own.subscription_id, own.period)
        )
        available = self.ledger.lock_balances([owner_id])[owner_id].available
        return max(min(entitlement.overage_limit - spent, available), 0)

    def _notify(self, counter: Counter) -> Counter:
        """Publish the threshold that the counter has reached, once."""
        percent = threshold_reached(counter)
        if percent is None:
            return counter
        self.publish(
            UsageThresholdReached(
                owner_id=counter.owner_id,
                meter=counter.meter,
                period_start=counter.period.start,
                percent=percent,
            )
        )
        return replace(counter, notified=percent)
