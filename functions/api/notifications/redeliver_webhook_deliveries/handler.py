"""POST /api/v1/webhooks/{webhook_id}/redeliver - send again what was not accepted since a time.

These are the deliveries that failed: after their last attempt, or when the webhook was off.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhook_deliveries import ResendIn, ResendOut
from mara.wiring.webhooks import delivery_service

app = api(access=USER)


@app.post("/api/v1/webhooks/{webhook_id}/redeliver", status_code=202)
async def redeliver_webhook_deliveries(
    webhook_id: UUID, body: ResendIn, caller: Caller
) -> ResendOut:
    return ResendOut(count=delivery_service().resend_failed(caller, webhook_id, body.since))


handler = lambda_handler(app)
