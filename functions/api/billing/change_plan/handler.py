"""PUT /api/v1/plans/{plan_id} - change a plan; other terms make a new version.

Present subscribers keep their version.
"""

from uuid import UUID

from mara.billing.schemas import PlanChangeIn, PlanOut
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.plans import plan_service

app = api(access=ADMIN)


@app.put("/api/v1/plans/{plan_id}")
async def change_plan(caller: Caller, plan_id: UUID, body: PlanChangeIn) -> PlanOut:
    terms, names = body.to_terms(), body.name.model_dump()
    changed = plan_service().change(
        plan_id, terms, names=names, visibility=body.visibility, actor_id=caller.user_id
    )
    return PlanOut.of(changed)


handler = lambda_handler(app)
