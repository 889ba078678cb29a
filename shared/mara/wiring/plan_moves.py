"""Builds the move of subscribers from its production adapters."""

from functools import cache

from mara.billing.adapters.plans import PostgresPlans
from mara.billing.service.plan_moves import PlanMoveService
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wiring.audit import audit_log
from mara.wiring.billing import account_books


@cache
def plan_move_service() -> PlanMoveService:
    """Moves of subscribers to the current version of their plan."""
    return PlanMoveService(account_books(), PostgresPlans(), transaction, now, audit_log())
