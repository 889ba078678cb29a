"""GET /api/v1/wallets/deposits - list the deposits on all networks, newest first.

A deposit is `seen`, `safe`, `final`, and then `credited`; `waiting_for` says why it is not yet.
"""

from mara.entrypoints.http import USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.wallets.schemas import DepositOut
from mara.wiring.wallets import deposit_rules, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/deposits")
async def list_all_deposits(
    caller: Caller, limit: Limit = 20, cursor: str | None = None
) -> PageOut[DepositOut]:
    request = PageRequest.of(limit, cursor)
    wallets, page, latest = wallet_service().list_all_deposits(caller, request)
    rules = deposit_rules()
    items = [
        DepositOut.of(one, wallets[network], rules[network], latest=latest[network])
        for one in page.items
        for network in [one.key.network]
    ]
    return PageOut(items=items, next_cursor=page.next_cursor)


handler = lambda_handler(app)
