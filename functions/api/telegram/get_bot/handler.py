"""GET /api/v1/telegram/configs/{config_id} - get a connected bot, without its token.

`state` says whether updates arrive; `token_revoked` and `webhook_taken` need the owner.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.bots import BotOut
from mara.wiring.telegram import bot_views

app = api(access=USER)


@app.get("/api/v1/telegram/configs/{config_id}")
async def get_bot(config_id: UUID, caller: Caller) -> BotOut:
    return BotOut.of(bot_views().get(caller, config_id))


handler = lambda_handler(app)
