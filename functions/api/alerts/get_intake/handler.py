"""GET /api/v1/alerts/intakes/{intake_id} - get an intake, and how many deliveries came in.

The secret is not shown again.
"""

from uuid import UUID

from mara.alerts.schemas.intakes import IntakeOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_service

app = api(access=USER)


@app.get("/api/v1/alerts/intakes/{intake_id}")
async def get_intake(intake_id: UUID, caller: Caller) -> IntakeOut:
    return IntakeOut.of(intake_service().get(caller, intake_id))


handler = lambda_handler(app)
