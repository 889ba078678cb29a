"""DELETE /api/v1/alerts/intakes/{intake_id} - delete an intake with its secret and deliveries.

Its alerts stay. Monitoring systems that still post to it get 401.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_service

app = api(access=USER)


@app.delete("/api/v1/alerts/intakes/{intake_id}", status_code=204)
async def delete_intake(intake_id: UUID, caller: Caller) -> None:
    intake_service().delete(caller, intake_id)


handler = lambda_handler(app)
