"""POST /api/v1/plans/{plan_id}/move - move subscribers to the current version of their plan.

Each gets it with the first renewal that has a whole period between the notice and it. Those who are
cancelling, or have planned a change of their own, stay; a later change or cancellation replaces it.
"""

from uuid import UUID

from mara.billing.schemas.plan_moves import PlanMoveIn, PlanMoveOut
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.plan_moves import plan_move_service

app = api(access=ADMIN)


@app.post("/api/v1/plans/{plan_id}/move")
async def move_subscribers(plan_id: UUID, body: PlanMoveIn, caller: Caller) -> PlanMoveOut:
    service = plan_move_service()
    return PlanMoveOut.of(service.move(caller, plan_id, body.from_versions, body.notice))


handler = lambda_handler(app)
