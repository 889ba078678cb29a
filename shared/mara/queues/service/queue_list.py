"""The state of all queues."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.queues.model.queue_status import QueueStatus
from mara.queues.ports import Depths, Figures


@dataclass(frozen=True, slots=True)
class QueueListService:
    """SQS is asked outside of the transaction: one that hangs holds no snapshot."""

    queues: Sequence[str]
    depths: Depths
    figures: Figures
    unit_of_work: UnitOfWork
    now: Clock

    def list(self) -> Sequence[QueueStatus]:
        """Return the state of each queue, by name."""
        depths, at = self.depths.read(self.queues), self.now()
        with self.unit_of_work(SYSTEM):
            figures = self.figures.read(self.queues, at)
        return [QueueStatus(name, depths.get(name), figures[name], at) for name in self.queues]
