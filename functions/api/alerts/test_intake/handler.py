"""POST /api/v1/alerts/intakes/{intake_id}/test - post a test alert by an intake, at no cost.

It takes the way of all alerts to the target of the intake, in quiet hours too, and is marked as a
test. Its agent is asked for quotes, for 20 test alerts of a day. Each one is a new message.
"""

from uuid import UUID

from mara.alerts.schemas.deliveries import ReceiptOut
from mara.alerts.schemas.intake_trials import IntakeTrialIn
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_trials

app = api(access=USER, per_minute=10)


@app.post("/api/v1/alerts/intakes/{intake_id}/test", status_code=202)
async def test_intake(intake_id: UUID, body: IntakeTrialIn, caller: Caller) -> ReceiptOut:
    return ReceiptOut.of(intake_trials().post(caller, intake_id, body.to_model()))


handler = lambda_handler(app)
