"""Builds the services of plans from their production adapters."""

from functools import cache

from mara.billing.adapters.plans import PostgresPlans
from mara.billing.service.plans import PlanService
from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wiring.audit import audit_log


@cache
def plan_service() -> PlanService:
    """Plans and their versions."""
    return PlanService(PostgresPlans(), transaction, now, new_id, audit_log())
