"""POST /api/v1/wallets/my/{network}/deposits/claim - read one transaction from the chain again.

It is for a transfer that does not show up. What the transaction pays to the caller's wallet is
recorded once, and credited when it is final.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wallets.model import Network
from mara.wallets.schemas import ClaimIn, DepositOut
from mara.wiring.wallets import claiming_service, deposit_rules, wallet_service

PER_MINUTE = 10
"""Each claim asks every provider of the network, whose rate limits the scanner shares."""

app = api(access=USER, per_minute=PER_MINUTE)


@app.post("/api/v1/wallets/my/{network}/deposits/claim")
async def claim_deposit(network: Network, body: ClaimIn, caller: Caller) -> PageOut[DepositOut]:
    wallet, latest = wallet_service().get_with_latest(caller, network)
    found = claiming_service(network).claim(caller, body.transaction)
    rules = deposit_rules()[network]
    items = [DepositOut.of(deposit, wallet, rules, latest=latest) for deposit in found]
    return PageOut(items=items, next_cursor=None)


handler = lambda_handler(app)
