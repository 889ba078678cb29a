"""POST /api/v1/plans - create a plan.

It is sold at once, unless it is hidden or archived.
"""

from mara.billing.schemas import PlanIn, PlanOut
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.plans import plan_service

app = api(access=ADMIN)


@app.post("/api/v1/plans", status_code=201)
async def create_plan(caller: Caller, body: PlanIn) -> PlanOut:
    return PlanOut.of(plan_service().create(body.to_draft(), caller.user_id))


handler = lambda_handler(app)
