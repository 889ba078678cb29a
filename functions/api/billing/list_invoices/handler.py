"""GET /api/v1/subscriptions/my/invoices - list the invoices and credit notes of the caller.

Newest first; `kind` tells an invoice from a credit note. A draft has no number yet.
"""

from mara.billing.schemas.invoices import InvoiceSummaryOut
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import DateSort, Listed, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.invoices import invoice_service

app = api(access=USER)


@app.get("/api/v1/subscriptions/my/invoices")
async def list_invoices(
    caller: Caller, listed: Listed, sort: DateSort = "-created_at"
) -> PageOut[InvoiceSummaryOut]:
    found = invoice_service().list(caller, listed.request(sort))
    return page_out(found, InvoiceSummaryOut.of)


handler = lambda_handler(app)
