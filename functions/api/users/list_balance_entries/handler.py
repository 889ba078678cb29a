"""GET /api/v1/users/balance/entries - list the entries of the caller's account, newest first.

This is the statement: every change of a balance with its cause. Entries are never changed or
deleted. `?format=csv`, or an `Accept` that prefers `text/csv`, answers a file of up to 10000 lines
instead of a page; the header `Link` names the rest.
"""

from fastapi import Response

from mara.entrypoints.csv_response import CSV_RESPONSES, WantsCsv, csv_response
from mara.entrypoints.http import USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.ledger.schemas import ENTRIES_PER_FILE, ENTRY_COLUMNS, EntryOut
from mara.wiring.ledger import balance_service

app = api(access=USER)


@app.get(
    "/api/v1/users/balance/entries",
    response_model=PageOut[EntryOut],
    responses=CSV_RESPONSES,
)
async def list_balance_entries(
    caller: Caller, is_csv: WantsCsv, limit: Limit = 20, cursor: str | None = None
) -> PageOut[EntryOut] | Response:
    request = PageRequest.of(ENTRIES_PER_FILE if is_csv else limit, cursor)
    page = balance_service().list_entries(caller, request)
    entries = [EntryOut.of(entry) for entry in page.items]
    if not is_csv:
        return PageOut(items=entries, next_cursor=page.next_cursor)
    rest = f"?format=csv&cursor={page.next_cursor}" if page.next_cursor else None
    rows = [entry.cells() for entry in entries]
    return csv_response(ENTRY_COLUMNS, rows, filename="statement.csv", next_url=rest)


handler = lambda_handler(app)
