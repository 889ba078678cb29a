"""GET /api/v1/users/balance/entries - list the entries of the caller's account, newest first.

This is the statement: every change of a balance with its cause. Entries are never changed or
deleted.
"""

from mara.entrypoints.http import USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.ledger.schemas import EntryOut
from mara.wiring.ledger import balance_service

app = api(access=USER)


@app.get("/api/v1/users/balance/entries")
async def list_balance_entries(
    caller: Caller, limit: Limit = 20, cursor: str | None = None
) -> PageOut[EntryOut]:
    page = balance_service().list_entries(caller, PageRequest.of(limit, cursor))
    return PageOut(items=[EntryOut.of(entry) for entry in page.items], next_cursor=page.next_cursor)


handler = lambda_handler(app)
