"""Schedules as an operator sees them, and runs by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.queues.errors import AlreadyRunning, ScheduleNotFound
from mara.queues.model.schedule import Schedule, ScheduleStatus
from mara.queues.ports import Leases, Schedules, StartSchedule

STARTS_WITHIN = timedelta(seconds=60)
"""How long the lease waits for the function to take it over; a cold start takes some seconds."""


@dataclass(frozen=True, slots=True)
class ScheduleService:
    """A run by hand takes the lease of the schedule, and hands it to the function."""

    schedules: Mapping[str, Schedule]
    runs: Schedules
    leases: Leases
    start: StartSchedule
    audit: AuditLog
    unit_of_work: UnitOfWork
    now: Clock

    def list(self) -> Sequence[ScheduleStatus]:
        """Return all schedules with their last runs, by name."""
        with self.unit_of_work(SYSTEM):
            runs, leases = self.runs.list_runs(), self.runs.list_leases(self.now())
        return [
            ScheduleStatus(schedule, runs.get(name), leases.get(name))
            for name, schedule in sorted(self.schedules.items())
        ]

    def run(self, caller: Principal, name: str) -> UUID:
        """Start a run at once; return its id.

        Raises ScheduleNotFound, AlreadyRunning, ScheduleNotStarted.
        """
        schedule = self.schedules.get(name)
        if schedule is None:
            raise ScheduleNotFound("GET /api/v1/admin/schedules lists the schedules.")
        run_id, at = new_id(), self.now()
        if not self.leases.acquire(name, run_id, now=at, until=at + STARTS_WITHIN):
            raise AlreadyRunning("Wait for its end.")
        try:
            with self.unit_of_work(SYSTEM):
                detail = {"schedule": name, "run_id": str(run_id)}
                deed = Deed(
                    AuditAction.SCHEDULE_RUN, caller.user_id, None, "schedule", None, detail
                )
                self.audit.record(deed)
            self.start(schedule, run_id)
        except Exception:
            self.leases.release(name, run_id, now=self.now())
            raise
        return run_id
