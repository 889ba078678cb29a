"""POST /api/v1/telegram/configs - connect a Telegram bot by its token.

Its updates arrive from now on; those that waited at Telegram are dropped. A bot is connected once
on the platform. Where another program receives its updates, the request is refused unless it says
`take_over`.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.bots import BotIn, BotOut
from mara.wiring.telegram import bot_config_service

app = api(access=USER, per_minute=10)


@app.post("/api/v1/telegram/configs", status_code=201)
async def connect_bot(body: BotIn, caller: Caller) -> BotOut:
    token, settings = body.token.get_secret_value(), body.to_settings()
    service = bot_config_service()
    return BotOut.of(service.connect(caller, token, settings, take_over=body.take_over))


handler = lambda_handler(app)
