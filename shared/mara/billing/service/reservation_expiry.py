"""Expiry of reservations that were neither settled nor released in time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mara.billing.model.counter import give_back
from mara.billing.model.reservation import ReservationState
from mara.billing.ports import Reservations, UsageCounters
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.model import TransferKind
from mara.ledger.service import LedgerService

EXPIRED_BATCH: Final = 500
EXPIRED_BATCHES_MAX: Final = 100
"""Batches per run of the schedule; what is left is done by the next one."""


@dataclass(frozen=True, slots=True)
class ReservationExpiryService:
    """Ends each reservation and its hold in one transaction, a batch at a time."""

    reservations: Reservations
    counters: UsageCounters
    ledger: LedgerService
    unit_of_work: UnitOfWork
    batch: int = EXPIRED_BATCH

    def expire(self, now: datetime) -> int:
        """The number of reservations that expired; those being settled are left alone."""
        expired = 0
        for _ in range(EXPIRED_BATCHES_MAX):
            with self.unit_of_work(SYSTEM):
                ended = self._expire_batch(now)
            expired += ended
            if ended < self.batch:
                break
        return expired

    def _expire_batch(self, now: datetime) -> int:
        found = self.reservations.lock_expired(now, self.batch)
        if not found:
            return 0
        items = [item for one in found for item in one.items]
        locked = self.counters.lock_some({item.counter_id for item in items})
        counters = {one.id: one for one in locked}
        for item in items:
            counters[item.counter_id] = give_back(counters[item.counter_id], item)
        holds = [one.hold for one in found if one.hold]
        # A hold that has expired by itself was ended by the same transfer.
        self.ledger.transfer_all([hold.ending(TransferKind.EXPIRE, 0) for hold in holds])
        ended = [one.ended(ReservationState.EXPIRED, now) for one in found]
        self.reservations.end(ended, list(counters.values()))
        return len(found)
