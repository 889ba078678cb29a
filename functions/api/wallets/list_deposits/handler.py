"""GET /api/v1/wallets/my/{network}/deposits - list the deposits on a network, newest first.

A deposit is `seen`, `safe`, `final`, and then `credited`.
"""

from mara.entrypoints.http import USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.wallets.model import Network
from mara.wallets.schemas import DepositOut
from mara.wiring.wallets import deposit_rules, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/my/{network}/deposits")
async def list_deposits(
    network: Network, caller: Caller, *, limit: Limit = 20, cursor: str | None = None
) -> PageOut[DepositOut]:
    wallet, page, latest = wallet_service().list_deposits(
        caller, network, PageRequest.of(limit, cursor)
    )
    rules = deposit_rules()[network]
    items = [DepositOut.of(deposit, wallet, rules, latest=latest) for deposit in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


handler = lambda_handler(app)
