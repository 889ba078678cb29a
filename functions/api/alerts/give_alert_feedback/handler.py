"""POST /api/v1/alerts/{alert_id}/feedback - rate the answer to an alert as helpful or not.

It is the vote of the buttons below posts in chats: one for each person and post, and the last
counts. The owner votes once, here and with the linked Telegram account. The answer becomes an
evaluation case with the passages that it rests on, as it was given.
"""

from uuid import UUID

from mara.alerts.schemas.feedback import AlertFeedbackIn, AlertFeedbackOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import alert_feedback

app = api(access=USER)


@app.post("/api/v1/alerts/{alert_id}/feedback")
async def give_alert_feedback(
    alert_id: UUID, body: AlertFeedbackIn, caller: Caller
) -> AlertFeedbackOut:
    return AlertFeedbackOut.of(alert_feedback().give(caller, alert_id, helped=body.helped))


handler = lambda_handler(app)
