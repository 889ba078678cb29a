"""GET /api/v1/subscriptions/my/invoices/{invoice_id} - get an invoice or a credit note.

As JSON, or by `Accept` as a page (`text/html`) or a PDF (`application/pdf`, named first). It is
made from what is stored at each request, in the language of the request: that of
`Accept-Language`, else of the caller's profile. `paid_by` lists the deposits, credits by hand and
credit notes that paid it: the oldest money of the balance pays first.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Response

from mara.billing.model.document_view import view_of
from mara.billing.schemas.invoice_documents import InvoiceOut
from mara.entrypoints.accept import PDF, preferred_type
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.invoices import document_renderers, invoice_service

OFFERED: Final = ("application/json", "text/html", PDF)
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/html": {"schema": {"type": "string", "examples": ["<!doctype html>"]}},
            PDF: {"schema": {"type": "string", "format": "binary", "examples": ["%PDF-1.3"]}},
        }
    }
}

app = api(access=USER)


@app.get(
    "/api/v1/subscriptions/my/invoices/{invoice_id}",
    response_model=InvoiceOut,
    responses=RESPONSES,
)
async def get_invoice(
    invoice_id: UUID,
    caller: Caller,
    locale: CallerLocale,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> InvoiceOut | Response:
    document = invoice_service().get(caller, invoice_id)
    media_type = preferred_type(accept, OFFERED)
    if media_type == "application/json":
        return InvoiceOut.of_document(document, locale)
    rendered = document_renderers()[media_type].render(view_of(document, locale))
    name = f"{document.kind}-{document.number or 'draft'}.{media_type.rpartition('/')[2]}"
    headers = {
        "content-security-policy": rendered.policy,
        "content-language": locale.value,
        "content-disposition": f'inline; filename="{name}"',
        "vary": "Accept, Accept-Language",
    }
    return Response(rendered.content, media_type=rendered.media_type, headers=headers)


handler = lambda_handler(app)
