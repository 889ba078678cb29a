"""GET /api/v1/wallets/my/{network}/balance - get the balances of a wallet on its chain.

This is not the spendable balance, which `GET /users/balance` returns. If the network does not
answer, the status is 503, and never a balance of zero.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wallets.model import Network
from mara.wallets.schemas import WalletBalanceOut
from mara.wiring.wallets import deposit_rules, on_chain_balance_service, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/my/{network}/balance")
async def get_wallet_balance(network: Network, caller: Caller) -> WalletBalanceOut:
    wallet = wallet_service().get(caller, network)
    found = on_chain_balance_service(network).get(wallet.address)
    return WalletBalanceOut.of(wallet, found, deposit_rules()[network])


handler = lambda_handler(app)
