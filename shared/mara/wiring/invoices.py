"""Builds the services of invoices from their production adapters."""

from functools import cache

from mara.billing.adapters.document_html import HtmlDocuments
from mara.billing.adapters.document_pdf import PdfDocuments
from mara.billing.adapters.invoices import PostgresInvoices
from mara.billing.ports.documents import DocumentRenderer
from mara.billing.service.invoices import InvoiceService
from mara.billing.service.payment_sources import PaymentSourceService
from mara.ledger.adapters.postgres import PostgresLedger
from mara.platform.database import transaction
from mara.wiring.billing import deposits_in_flight
from mara.wiring.ledger import lot_service


@cache
def invoice_service() -> InvoiceService:
    """Invoices and credit notes of the caller, with what paid them."""
    sources = PaymentSourceService(lot_service())
    return InvoiceService(
        PostgresInvoices(), PostgresLedger(), deposits_in_flight(), sources, transaction
    )


@cache
def document_renderers() -> dict[str, DocumentRenderer]:
    """The renderers of invoices by the media type of what they make."""
    return {"text/html": HtmlDocuments(), "application/pdf": PdfDocuments()}
