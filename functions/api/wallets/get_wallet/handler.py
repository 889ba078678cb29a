"""GET /api/v1/wallets/my/{network} - get one wallet, with its QR code.

The rules say which transfers are credited, and when.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wallets.model import Network
from mara.wallets.schemas import WalletOut
from mara.wiring.wallets import deposit_rules, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/my/{network}")
async def get_wallet(network: Network, caller: Caller) -> WalletOut:
    return WalletOut.of(wallet_service().get(caller, network), deposit_rules())


handler = lambda_handler(app)
