"""GET /api/v1/webhooks/{webhook_id} - show an outgoing webhook, and whether its deliveries fail.

`off_because` says why it is off; `failures` counts the failed attempts since the last success.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhooks import WebhookOut
from mara.wiring.webhooks import webhook_service

app = api(access=USER)


@app.get("/api/v1/webhooks/{webhook_id}")
async def get_webhook(webhook_id: UUID, caller: Caller) -> WebhookOut:
    return WebhookOut.of(webhook_service().get(caller, webhook_id))


handler = lambda_handler(app)
