"""POST /api/v1/webhooks - create an outgoing webhook; only this response contains its secret.

Events are sent as the Standard Webhooks specification defines it (standardwebhooks.com), to https
URLs whose names have public addresses alone. A user has at most 20 webhooks, and needs a plan with
the feature `webhooks`.
"""

from mara.entrypoints.http import USER, Form, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhooks import NewWebhookOut, WebhookIn
from mara.wiring.webhooks import webhook_creation_service


def check(form: Form) -> None:
    webhook_creation_service().check(form.fields.get("url"))


app = api(access=USER, replay=Replay.REFUSAL, form_check=check)


@app.post("/api/v1/webhooks", status_code=201)
async def create_webhook(body: WebhookIn, caller: Caller) -> NewWebhookOut:
    webhook, secret = webhook_creation_service().create(
        caller, url=body.url, description=body.description, events=body.events
    )
    return NewWebhookOut.with_secret(webhook, secret)


handler = lambda_handler(app)
