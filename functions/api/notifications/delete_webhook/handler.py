"""DELETE /api/v1/webhooks/{webhook_id} - delete an outgoing webhook with its deliveries.

What waits is not sent any more, and the secret ends. An attempt that is running is not stopped.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.webhooks import webhook_service

app = api(access=USER)


@app.delete("/api/v1/webhooks/{webhook_id}", status_code=204)
async def delete_webhook(webhook_id: UUID, caller: Caller) -> None:
    webhook_service().delete(caller, webhook_id)


handler = lambda_handler(app)
