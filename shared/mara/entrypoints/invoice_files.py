"""Answers of an invoice: JSON, or by Accept a page or a PDF."""

from typing import Annotated, Any, Final

from fastapi import Depends, Header, Response

from mara.billing.model.document_view import view_of
from mara.billing.model.documents import InvoiceDocument
from mara.billing.ports.documents import DocumentRenderer
from mara.entrypoints.accept import PDF, preferred_type
from mara.users.model import Locale

JSON: Final = "application/json"
OFFERED: Final = (JSON, "text/html", PDF)
INVOICE_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/html": {"schema": {"type": "string", "examples": ["<!doctype html>"]}},
            PDF: {"schema": {"type": "string", "format": "binary", "examples": ["%PDF-1.3"]}},
        }
    }
}
"""The ``responses`` of a route that answers an invoice."""


async def _media_type(
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> str:
    return preferred_type(accept, OFFERED)


InvoiceMediaType = Annotated[str, Depends(_media_type)]
"""The media type to answer in, one of ``OFFERED``."""


def invoice_file(renderer: DocumentRenderer, document: InvoiceDocument, locale: Locale) -> Response:
    """The document as a file that a browser shows, under the policy of its kind."""
    rendered = renderer.render(view_of(document, locale))
    extension = rendered.media_type.partition(";")[0].rpartition("/")[2]
    name = f"{document.kind}-{document.number or 'draft'}.{extension}"
    headers = {
        "content-security-policy": rendered.policy,
        "content-language": locale.value,
        "content-disposition": f'inline; filename="{name}"',
        "vary": "Accept, Accept-Language",
    }
    return Response(rendered.content, media_type=rendered.media_type, headers=headers)
