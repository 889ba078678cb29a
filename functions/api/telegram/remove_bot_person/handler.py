"""DELETE /api/v1/telegram/configs/{config_id}/people/{telegram_id} - remove a person from a bot.

The account may not ask from now on.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.chats import PersonIdPath
from mara.wiring.telegram import bot_access_service

app = api(access=USER)


@app.delete("/api/v1/telegram/configs/{config_id}/people/{telegram_id}", status_code=204)
async def remove_bot_person(config_id: UUID, telegram_id: PersonIdPath, caller: Caller) -> None:
    bot_access_service().remove_person(caller, config_id, telegram_id)


handler = lambda_handler(app)
