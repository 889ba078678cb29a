"""GET /api/v1/plans/{plan_id}/versions - list all versions of a plan.

Newest first.
"""

from uuid import UUID

from mara.billing.schemas import PlanVersionListOut, PlanVersionOut
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.wiring.plans import plan_service

app = api(access=ADMIN)


@app.get("/api/v1/plans/{plan_id}/versions")
async def list_plan_versions(plan_id: UUID) -> PlanVersionListOut:
    versions = plan_service().list_versions(plan_id)
    return PlanVersionListOut(items=[PlanVersionOut.of(version) for version in versions])


handler = lambda_handler(app)
