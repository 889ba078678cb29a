"""GET /api/v1/telegram/configs/{config_id}/chats - list the chats of a bot, newest first.

A chat that someone other than a linked account of the owner added the bot to is `pending`: the bot
is silent there, and only id and title are kept. The list is paged: send `next_cursor` of a page as
`cursor` of the next request.
"""

from uuid import UUID

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.chats import BotChatOut, WantedState
from mara.wiring.telegram import bot_access_service

app = api(access=USER)


@app.get("/api/v1/telegram/configs/{config_id}/chats")
async def list_bot_chats(
    config_id: UUID,
    caller: Caller,
    listed: Listed,
    state: WantedState = None,
    text: SearchText = None,
) -> PageOut[BotChatOut]:
    page = listed.request(state=state, text=text)
    return page_out(bot_access_service().list_chats(caller, config_id, page), BotChatOut.of)


handler = lambda_handler(app)
