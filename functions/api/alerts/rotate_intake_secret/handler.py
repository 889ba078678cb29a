"""POST /api/v1/alerts/intakes/{intake_id}/rotate - rotate the secret of an intake.

Only this response contains the new secret. The old one works for 24 hours more, or ends at once.
"""

from uuid import UUID

from mara.alerts.schemas.intakes import IntakeRotationIn, NewIntakeOut
from mara.entrypoints.http import USER, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_service

app = api(access=USER, replay=Replay.REFUSAL)


@app.post("/api/v1/alerts/intakes/{intake_id}/rotate")
async def rotate_intake_secret(
    intake_id: UUID, body: IntakeRotationIn, caller: Caller
) -> NewIntakeOut:
    rotated = intake_service().rotate(caller, intake_id, ends_at_once=body.ends_at_once)
    return NewIntakeOut.with_secret(*rotated)


handler = lambda_handler(app)
