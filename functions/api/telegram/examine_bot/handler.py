"""GET /api/v1/telegram/configs/{config_id}/doctor - check a bot, its webhook and its chats.

Telegram is asked, each question within four seconds. Checked are the bot and its 30 newest groups
and channels that are approved or unreachable; a chat that can be reached again is approved again.
`all_messages` says whether the bot sees what is not addressed to it, `bot_messages` the same of
messages of other bots. Texts are in the language of the account.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.doctor import DoctorOut
from mara.wiring.telegram_watch import bot_doctor

app = api(access=USER, per_minute=10)


@app.get("/api/v1/telegram/configs/{config_id}/doctor")
async def examine_bot(config_id: UUID, caller: Caller) -> DoctorOut:
    return DoctorOut.of(bot_doctor().examine(caller, config_id))


handler = lambda_handler(app)
