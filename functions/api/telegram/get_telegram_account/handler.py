"""GET /api/v1/telegram/account - get the Telegram account that gets your notices.

`state` says whether notices reach it.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.account_links import AccountLinkOut
from mara.wiring.telegram_platform import account_link_service

app = api(access=USER)


@app.get("/api/v1/telegram/account")
async def get_telegram_account(caller: Caller) -> AccountLinkOut:
    return AccountLinkOut.of(account_link_service().get(caller))


handler = lambda_handler(app)
