"""GET /api/v1/users/balance - get the caller's balances in USDT.

All amounts come from the ledger. A deposit is `pending` until it is credited.
"""

from mara.entrypoints.http import BALANCE_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.ledger.schemas import BalanceOut
from mara.wiring.ledger import balance_service

app = api(access=USER, scope=BALANCE_READ)


@app.get("/api/v1/users/balance")
async def get_balance(caller: Caller) -> BalanceOut:
    return BalanceOut.of(balance_service().get(caller))


handler = lambda_handler(app)
