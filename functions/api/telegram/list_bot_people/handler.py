"""GET /api/v1/telegram/configs/{config_id}/people - list the accounts that may ask a bot.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from uuid import UUID

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.chats import BotPersonOut
from mara.wiring.telegram import bot_access_service

app = api(access=USER)


@app.get("/api/v1/telegram/configs/{config_id}/people")
async def list_bot_people(config_id: UUID, caller: Caller, listed: Listed) -> PageOut[BotPersonOut]:
    page = bot_access_service().list_people(caller, config_id, listed.request())
    return page_out(page, BotPersonOut.of)


handler = lambda_handler(app)
