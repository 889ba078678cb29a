"""POST /api/v1/telegram/webhook/{config_id} - receive an update of a bot, and store it.

Telegram calls it, with the secret that it was given. The response comes once the update is stored;
the same update again has no further effect. A bot that was disconnected answers 410. Whatever else
goes wrong is 503 without Retry-After, never 429, for Telegram repeats at once after such a 503.
"""

from uuid import UUID

from fastapi import Request

from mara.entrypoints.http import PUBLIC, Replay, api, lambda_handler
from mara.telegram.model.update import UPDATE_BYTES_MAX
from mara.telegram.schemas.updates import OPENAPI, STATUSES, UpdateReceiptOut, WebhookSecretHeader
from mara.wiring.telegram import update_reception_service

app = api(access=PUBLIC, replay=Replay.NOTHING, promised=STATUSES)


@app.post("/api/v1/telegram/webhook/{config_id}", openapi_extra=OPENAPI)
async def receive_update(
    config_id: UUID, request: Request, secret: WebhookSecretHeader = ""
) -> UpdateReceiptOut:
    is_new = update_reception_service().receive(config_id, secret, await request.body())
    return UpdateReceiptOut(is_repeated=not is_new)


handler = lambda_handler(app, body_max=UPDATE_BYTES_MAX, media_types=())
