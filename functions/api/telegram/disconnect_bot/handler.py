"""DELETE /api/v1/telegram/configs/{config_id} - disconnect a bot, with its chats and people.

Its webhook is deleted first, then its token. For 48 hours its webhook answers 410.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.telegram import bot_config_service

app = api(access=USER)


@app.delete("/api/v1/telegram/configs/{config_id}", status_code=204)
async def disconnect_bot(config_id: UUID, caller: Caller) -> None:
    bot_config_service().disconnect(caller, config_id)


handler = lambda_handler(app)
