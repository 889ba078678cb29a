"""GET /api/v1/telegram/configs - list the caller's bots, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.bots import BotOut
from mara.wiring.telegram import bot_views

app = api(access=USER)


@app.get("/api/v1/telegram/configs")
async def list_bots(caller: Caller, listed: Listed, text: SearchText = None) -> PageOut[BotOut]:
    return page_out(bot_views().list(caller, listed.request(text=text)), BotOut.of)


handler = lambda_handler(app)
