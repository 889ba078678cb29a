"""PATCH /api/v1/webhooks/{webhook_id} - change an outgoing webhook, or switch it off or on.

The body is a JSON merge patch (RFC 7396): omitted fields stay. What was given up while it was off
can be sent again with `POST /webhooks/{webhook_id}/redeliver`.
"""

from uuid import UUID

from mara.entrypoints.http import USER, Form, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.patch import MEDIA_TYPES
from mara.notifications.schemas.webhooks import WebhookOut, WebhookPatch
from mara.wiring.webhooks import webhook_service


def check(form: Form) -> None:
    webhook_service().check(form.fields.get("url"))


app = api(access=USER, form_check=check)


@app.patch("/api/v1/webhooks/{webhook_id}")
async def change_webhook(webhook_id: UUID, body: WebhookPatch, caller: Caller) -> WebhookOut:
    return WebhookOut.of(webhook_service().change(caller, webhook_id, body.changes()))


handler = lambda_handler(app, media_types=MEDIA_TYPES)
