"""POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver - send one event again.

It is sent at once, with the same `webhook-id` and with all attempts that a new one has.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhook_deliveries import DeliveryOut
from mara.wiring.webhooks import delivery_service

app = api(access=USER)


@app.post("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver_webhook_delivery(
    webhook_id: UUID, delivery_id: UUID, caller: Caller
) -> DeliveryOut:
    return DeliveryOut.of(delivery_service().resend(caller, webhook_id, delivery_id))


handler = lambda_handler(app)
