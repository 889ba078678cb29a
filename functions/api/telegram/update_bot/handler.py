"""PUT /api/v1/telegram/configs/{config_id} - replace the settings of a bot, or its token.

A token must be of the same bot. Its webhook is set again, and updates that wait are kept; the
secret of the webhook before works for 24 hours more.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.bots import BotOut, BotUpdateIn
from mara.wiring.telegram import bot_config_service

app = api(access=USER, per_minute=10)


@app.put("/api/v1/telegram/configs/{config_id}")
async def update_bot(config_id: UUID, body: BotUpdateIn, caller: Caller) -> BotOut:
    token = body.token.get_secret_value() if body.token else None
    settings = body.to_settings()
    return BotOut.of(bot_config_service().update(caller, config_id, settings, token))


handler = lambda_handler(app)
