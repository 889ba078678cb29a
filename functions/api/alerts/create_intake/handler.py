"""POST /api/v1/alerts/intakes - create an intake; only this response contains its secret.

A monitoring system posts its alerts to the `path` of the intake. The agent is asked about each.
"""

from mara.alerts.schemas.intakes import IntakeIn, NewIntakeOut
from mara.entrypoints.http import USER, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_service

app = api(access=USER, replay=Replay.REFUSAL)


@app.post("/api/v1/alerts/intakes", status_code=201)
async def create_intake(body: IntakeIn, caller: Caller) -> NewIntakeOut:
    intake, secret = intake_service().create(caller, body.to_settings())
    return NewIntakeOut.with_secret(intake, secret)


handler = lambda_handler(app)
