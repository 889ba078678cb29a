"""GET /api/v1/plans - list the plans that are sold.

The cheapest first. Hidden and archived plans are not listed.
"""

from mara.billing.schemas import PlanListOut, PlanOut
from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.wiring.plans import plan_service

app = api(access=PUBLIC)


@app.get("/api/v1/plans")
async def list_plans() -> PlanListOut:
    return PlanListOut(items=[PlanOut.of(plan) for plan in plan_service().list_public()])


handler = lambda_handler(app)
