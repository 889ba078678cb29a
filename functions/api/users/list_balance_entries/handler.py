"""GET /api/v1/users/balance/entries - list the entries of the caller's account, newest first.

This is the statement: every change of a balance with its cause. Entries are never changed or
deleted. `?format=csv`, or an `Accept` that prefers `text/csv`, answers a file of up to 10000 lines
instead of a page; the header `Link` names the rest.
"""

from dataclasses import replace

from fastapi import Response

from mara.entrypoints.csv_response import CSV_RESPONSES, WantsCsv, csv_response
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import DateSort, Listed, page_out
from mara.entrypoints.principal import Caller
from mara.ledger.schemas import ENTRIES_PER_FILE, ENTRY_COLUMNS, EntryOut
from mara.wiring.ledger import balance_service

app = api(access=USER)


@app.get(
    "/api/v1/users/balance/entries",
    response_model=PageOut[EntryOut],
    responses=CSV_RESPONSES,
)
async def list_balance_entries(
    caller: Caller, is_csv: WantsCsv, listed: Listed, sort: DateSort = "-created_at"
) -> PageOut[EntryOut] | Response:
    request = listed.request(sort)
    if not is_csv:
        return page_out(balance_service().list_entries(caller, request), EntryOut.of)
    page = balance_service().list_entries(caller, replace(request, limit=ENTRIES_PER_FILE))
    rest = f"?format=csv&sort={sort}&cursor={page.next_cursor}" if page.next_cursor else None
    rows = [EntryOut.of(entry).cells() for entry in page.items]
    return csv_response(ENTRY_COLUMNS, rows, filename="statement.csv", next_url=rest)


handler = lambda_handler(app)
