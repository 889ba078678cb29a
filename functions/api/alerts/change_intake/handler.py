"""PATCH /api/v1/alerts/intakes/{intake_id} - change the settings of an intake.

The body is a JSON merge patch (RFC 7396). Alerts that came in before keep their agent.
"""

from uuid import UUID

from mara.alerts.schemas.intakes import IntakeOut, IntakePatch
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.patch import MEDIA_TYPES
from mara.wiring.alerts import intake_service

app = api(access=USER)


@app.patch("/api/v1/alerts/intakes/{intake_id}")
async def change_intake(intake_id: UUID, body: IntakePatch, caller: Caller) -> IntakeOut:
    return IntakeOut.of(intake_service().change(caller, intake_id, body.changes()))


handler = lambda_handler(app, media_types=MEDIA_TYPES)
