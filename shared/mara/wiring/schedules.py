"""The service that lists schedules and runs them."""

from functools import cache

from mara.platform import lease_store
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.queues.adapters import lambda_start
from mara.queues.adapters.schedule_runs import PostgresSchedules
from mara.queues.model.known_schedules import SCHEDULES
from mara.queues.service.schedule_runs import ScheduleService
from mara.wiring.audit import audit_log


@cache
def schedule_service() -> ScheduleService:
    """Schedules, and runs of them by hand."""
    return ScheduleService(
        schedules=SCHEDULES,
        runs=PostgresSchedules(),
        leases=lease_store,
        start=lambda_start.start,
        audit=audit_log(),
        unit_of_work=transaction,
        now=now,
    )
