"""GET /api/v1/wallets/my - list the caller's wallets, with the deposit rules.

There is at most one wallet for each network.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wallets.schemas import WalletOut
from mara.wiring.wallets import deposit_rules, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/my")
async def list_wallets(caller: Caller) -> PageOut[WalletOut]:
    found = wallet_service().list(caller)
    return PageOut(items=[WalletOut.of(w, deposit_rules()) for w in found], next_cursor=None)


handler = lambda_handler(app)
