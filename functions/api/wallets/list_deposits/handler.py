"""GET /api/v1/wallets/my/{network}/deposits - list the deposits on a network, newest first.

A deposit is `seen`, `safe`, `final`, and then `credited`. The list is paged: send `next_cursor` of
a page as `cursor` of the next request.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed
from mara.entrypoints.principal import Caller
from mara.wallets.model import Network
from mara.wallets.schemas import DepositOut
from mara.wallets.schemas.lists import DepositSort, WantedDepositState
from mara.wiring.wallets import deposit_rules, wallet_service

app = api(access=USER)


@app.get("/api/v1/wallets/my/{network}/deposits")
async def list_deposits(
    network: Network,
    caller: Caller,
    listed: Listed,
    *,
    state: WantedDepositState = None,
    sort: DepositSort = "-created_at",
) -> PageOut[DepositOut]:
    request = listed.request(sort, state=state)
    wallet, page, latest = wallet_service().list_deposits(caller, network, request)
    rules = deposit_rules()[network]
    items = [DepositOut.of(deposit, wallet, rules, latest=latest) for deposit in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor, total=page.total)


handler = lambda_handler(app)
