"""The schedules of the template, and the service that lists and runs them."""

from datetime import timedelta
from functools import cache

from mara.platform import lease_store
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.queues.adapters import lambda_start
from mara.queues.adapters.schedule_runs import PostgresSchedules
from mara.queues.model.schedule import Schedule
from mara.queues.service.schedule_runs import ScheduleService
from mara.wiring.audit import audit_log

NETWORKS = ("aptos", "arbitrum", "tron")
EVERY_S = {
    **dict.fromkeys(
        (
            *("answer-waiting-alerts", "chain-audit", "charge-subscriptions", "close-usage"),
            *(
                "recover-documents",
                "relay-outbox",
                "release-expired-holds",
                "ring-telegram",
                "ring-webhooks",
            ),
        ),
        60,
    ),
    "end-stale-alerts": 600,
    "forget-expired": 3600,
    "recount-levels": 43200,
    "verify-ledger": 900,
    "watch-bots": 300,
}
"""The period of each function with one schedule; a test compares them with the template."""

SCHEDULES = {
    **{name: Schedule(name, name, timedelta(seconds=every)) for name, every in EVERY_S.items()},
    **{
        f"scan-{network}": Schedule(
            f"scan-{network}", "scan-chain", timedelta(minutes=1), {"network": network}
        )
        for network in NETWORKS
    },
}


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
