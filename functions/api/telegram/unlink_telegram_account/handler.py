"""DELETE /api/v1/telegram/account - remove the link to your Telegram account.

No notice goes there from now on.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.telegram_platform import account_link_service

app = api(access=USER)


@app.delete("/api/v1/telegram/account", status_code=204)
async def unlink_telegram_account(caller: Caller) -> None:
    account_link_service().remove(caller)


handler = lambda_handler(app)
