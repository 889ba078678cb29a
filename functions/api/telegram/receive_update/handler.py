"""POST /api/v1/telegram/webhook/{config_id} - receive an update of a bot, and store it.

Telegram calls it, with the secret that it was given. The response comes once the update is stored;
the same update again has no further effect. A bot that was disconnected answers 410. Whatever else
goes wrong is 503 without Retry-After, never 429, for Telegram repeats at once after such a 503.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from mara.entrypoints.direct import DirectRoute, Request
from mara.telegram.model.update import SECRET_HEADER, UPDATE_BYTES_MAX
from mara.wiring.telegram import update_reception_service

if TYPE_CHECKING:
    from mara.entrypoints.route import RouteApp

PATH, STATUSES = "/api/v1/telegram/webhook/{config_id}", {200, 400, 403, 404, 410, 413, 422}


def receive(bot: UUID, request: Request) -> dict[str, bool]:
    secret, body = request.header(SECRET_HEADER.lower()), request.raw_body
    return {"is_repeated": not update_reception_service().receive(bot, secret, body)}


def describe(app: "RouteApp") -> None:
    from fastapi import Request

    from mara.telegram.schemas.updates import OPENAPI, UpdateReceiptOut, WebhookSecretHeader

    @app.post(PATH, openapi_extra=OPENAPI)
    async def receive_update(
        config_id: UUID, request: Request, secret: WebhookSecretHeader = ""
    ) -> UpdateReceiptOut:
        is_new = update_reception_service().receive(config_id, secret, await request.body())
        return UpdateReceiptOut(is_repeated=not is_new)


direct = DirectRoute("receive_update", PATH, STATUSES, UPDATE_BYTES_MAX, receive, describe)
handler = direct.lambda_handler()
