"""POST /api/v1/telegram/configs/{config_id}/invitations - create a link that lets a person ask.

The link opens the bot in Telegram and links the account that follows it first. It works once, for
ten minutes, and is shown only in this response.
"""

from uuid import UUID

from mara.entrypoints.http import USER, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.chats import BotInvitationIn, BotInvitationOut
from mara.wiring.telegram import bot_access_service

app = api(access=USER, per_minute=30, replay=Replay.REFUSAL)


@app.post("/api/v1/telegram/configs/{config_id}/invitations", status_code=201)
async def create_bot_invitation(
    config_id: UUID, body: BotInvitationIn, caller: Caller
) -> BotInvitationOut:
    return BotInvitationOut.of(bot_access_service().invite(caller, config_id, body.to_kind()))


handler = lambda_handler(app)
