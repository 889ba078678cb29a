"""GET /api/v1/subscriptions/my/invoices/{invoice_id} - get an invoice or a credit note.

As JSON, or by `Accept` as a page (`text/html`) or a PDF (`application/pdf` alone). It is made
from what is stored at each request, in the language of the request: that of
`Accept-Language`, else of the caller's profile. `paid_by` lists the deposits, credits by hand and
credit notes that paid it: the oldest money of the balance pays first.
"""

from uuid import UUID

from fastapi import Response

from mara.billing.schemas.invoice_documents import InvoiceOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.invoice_files import INVOICE_RESPONSES, JSON, InvoiceMediaType, invoice_file
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.invoices import document_renderers, invoice_service

app = api(access=USER)
PATH = "/api/v1/subscriptions/my/invoices/{invoice_id}"


@app.get(PATH, response_model=InvoiceOut, responses=INVOICE_RESPONSES)
async def get_invoice(
    invoice_id: UUID, caller: Caller, locale: CallerLocale, media_type: InvoiceMediaType
) -> InvoiceOut | Response:
    document = invoice_service().get(caller, invoice_id)
    if media_type == JSON:
        return InvoiceOut.of_document(document, locale)
    return invoice_file(document_renderers()[media_type], document, locale)


handler = lambda_handler(app)
