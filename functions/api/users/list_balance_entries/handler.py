"""GET /api/v1/users/balance/entries - list the entries of the caller's account, newest first.

This is the statement: every change of a balance with its cause, in words too. Entries are never
changed or deleted. `?format=csv`, or an `Accept` that prefers `text/csv`, answers a file of up to
10000 lines instead of a page; the header `Link` names the rest.
"""

from dataclasses import replace

from fastapi import Response

from mara.entrypoints.csv_response import CSV_RESPONSES, WantsCsv, csv_response
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.lists import NEWEST, DateSort, Listed, page_out
from mara.entrypoints.principal import Caller
from mara.ledger.schemas import ENTRIES_PER_FILE, ENTRY_COLUMNS, EntryOut, entry_cells
from mara.wiring.ledger import balance_service
from mara.wiring.statement import statement_text_service

app = api(access=USER)
PATH = "/api/v1/users/balance/entries"


@app.get(PATH, response_model=PageOut[EntryOut], responses=CSV_RESPONSES)
async def list_balance_entries(
    caller: Caller, is_csv: WantsCsv, listed: Listed, locale: CallerLocale, sort: DateSort = NEWEST
) -> PageOut[EntryOut] | Response:
    request = listed.request(sort)
    if not is_csv:
        page = balance_service().list_entries(caller, request)
        described = statement_text_service().describe(caller, page, locale)
        return page_out(described, lambda pair: EntryOut.of(*pair))
    page = balance_service().list_entries(caller, replace(request, limit=ENTRIES_PER_FILE))
    rest = f"?format=csv&sort={sort}&cursor={page.next_cursor}" if page.next_cursor else None
    rows = map(entry_cells, page.items)
    return csv_response(ENTRY_COLUMNS, rows, filename="statement.csv", next_url=rest)


handler = lambda_handler(app)
