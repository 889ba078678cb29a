"""Works through a lane: a doorbell says that it has work, the database says what is left.

Doorbells may be lost, doubled and shuffled. One worker at a time has the lease of a lane; another
one finds it taken and ends. The lane is looked at once more in the transaction that frees it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import LaneWaits
from mara.telegram.messages import LaneHasWork
from mara.telegram.model.update import LANE_LEASE, ClaimedUpdate, Lane
from mara.telegram.ports import Updates
from mara.telegram.service.update_handling import UpdateHandler

WORKS_FOR: Final = timedelta(seconds=20)
"""After this time a worker begins no update more, and rings for the rest."""


class _End(Enum):
    """Why a worker stops: nothing is left for now, its time is over, or its lease is."""

    EMPTY = "empty"
    TIME = "time"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LaneService:
    """Handles the updates of lanes. ``wait`` waits for so many seconds."""

    updates: Updates
    handler: UpdateHandler
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock
    wait: Callable[[float], None]

    def work(self, lane: Lane) -> None:
        """Handle what waits in the lane, in its order; no effect where another worker has it.

        Raises LaneWaits if the next try of an update is due after the time of this worker.
        """
        holder, ends_at = new_id(), self.now() + WORKS_FOR
        while (found := self._next(lane, holder, ends_at)) is not _End.LOST:
            if isinstance(found, _End):
                self._release(lane, holder)
                return
            with following(found.correlation_id):
                if not self.handler.handle(found, holder):
                    return

    def _next(self, lane: Lane, holder: UUID, ends_at: datetime) -> "ClaimedUpdate | _End":
        """The next update that is due, with the lease renewed."""
        while True:
            now = self.now()
            with self.unit_of_work(lane.owner_id):
                if not self.updates.lease(lane, holder, now=now, until=now + LANE_LEASE):
                    return _End.LOST
                update = self.updates.next(lane)
            if update is None:
                return _End.EMPTY
            due_at = update.due_at or now
            if now >= ends_at or due_at > ends_at:
                return _End.TIME
            if due_at <= now:
                return update
            self.wait((due_at - now).total_seconds())

    def _release(self, lane: Lane, holder: UUID) -> None:
        with self.unit_of_work(lane.owner_id):
            if not self.updates.release(lane, holder):
                return
            left = self.updates.next(lane)
            is_due = left is None or left.due_at is None or left.due_at <= self.now()
            if is_due:
                ids = {"config_id": lane.config_id, "owner_id": lane.owner_id}
                self.publish(LaneHasWork(**ids, lane=lane.name))
        if not is_due:
            raise LaneWaits("The schedule or the queue comes back to it.")
