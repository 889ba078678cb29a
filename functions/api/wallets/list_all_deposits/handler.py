"""GET /api/v1/wallets/deposits - list the deposits on all networks, newest first.

A deposit is `seen`, `safe`, `final`, and then `credited`; `waiting_for` says why it is not yet.
The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed
from mara.entrypoints.principal import Caller
from mara.wallets.schemas import DepositOut
from mara.wallets.schemas.lists import DepositSort, WantedDepositState
from mara.wiring.wallets import deposit_rules, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/deposits")
async def list_all_deposits(
    caller: Caller,
    listed: Listed,
    *,
    state: WantedDepositState = None,
    sort: DepositSort = "-created_at",
) -> PageOut[DepositOut]:
    request = listed.request(sort, state=state)
    wallets, page, latest = wallet_service().list_all_deposits(caller, request)
    rules = deposit_rules()
    items = [
        DepositOut.of(one, wallets[network], rules[network], latest=latest[network])
        for one in page.items
        for network in [one.key.network]
    ]
    return PageOut(items=items, next_cursor=page.next_cursor, total=page.total)


handler = lambda_handler(app)
