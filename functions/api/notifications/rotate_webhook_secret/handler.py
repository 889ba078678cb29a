"""POST /api/v1/webhooks/{webhook_id}/secret - replace the secret; only this response contains it.

For 24 hours each request has two signatures, one by the new and one by the old secret, unless the
old one ends at once.
"""

from uuid import UUID

from mara.entrypoints.http import USER, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhooks import NewWebhookOut, RotationIn
from mara.wiring.webhooks import webhook_service

app = api(access=USER, replay=Replay.REFUSAL)


@app.post("/api/v1/webhooks/{webhook_id}/secret")
async def rotate_webhook_secret(
    webhook_id: UUID, body: RotationIn, caller: Caller
) -> NewWebhookOut:
    webhook, secret = webhook_service().rotate(caller, webhook_id, at_once=body.end_old_at_once)
    return NewWebhookOut.with_secret(webhook, secret)


handler = lambda_handler(app)
