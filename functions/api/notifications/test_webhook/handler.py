"""POST /api/v1/webhooks/{webhook_id}/test - send a test event to an outgoing webhook.

Its type is `webhook.test`, whatever the webhook selects. What came of it is in the list of
deliveries.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhook_deliveries import DeliveryOut
from mara.wiring.webhooks import delivery_service

app = api(access=USER)


@app.post("/api/v1/webhooks/{webhook_id}/test", status_code=202)
async def test_webhook(webhook_id: UUID, caller: Caller) -> DeliveryOut:
    return DeliveryOut.of(delivery_service().test(caller, webhook_id))


handler = lambda_handler(app)
