"""PUT /api/v1/telegram/configs/{config_id}/chats/{chat_id} - approve or refuse a chat of a bot.

A bot reads and answers in approved groups and channels only; a refused chat stays refused when the
bot is added to it again.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.chats import BotChatIn, BotChatOut, ChatIdPath
from mara.wiring.telegram import bot_access_service

app = api(access=USER)


@app.put("/api/v1/telegram/configs/{config_id}/chats/{chat_id}")
async def set_bot_chat(
    config_id: UUID, chat_id: ChatIdPath, body: BotChatIn, caller: Caller
) -> BotChatOut:
    changed = bot_access_service().set_chat(caller, config_id, chat_id, body.to_state())
    return BotChatOut.of(changed)


handler = lambda_handler(app)
