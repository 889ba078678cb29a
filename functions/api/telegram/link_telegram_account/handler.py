"""POST /api/v1/telegram/account/link - create a link that brings your notices to Telegram.

The link opens the platform's bot in Telegram, where Start links the account in place of one that
was linked before. It works once, for ten minutes, and is shown only in this response.
"""

from mara.entrypoints.http import USER, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.account_links import AccountInvitationOut
from mara.wiring.telegram_platform import account_link_service

app = api(access=USER, per_minute=10, replay=Replay.REFUSAL)


@app.post("/api/v1/telegram/account/link", status_code=201)
async def link_telegram_account(caller: Caller) -> AccountInvitationOut:
    return AccountInvitationOut.of(account_link_service().invite(caller))


handler = lambda_handler(app)
