"""An invoice or a credit note with everything that its document shows."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from mara.billing.model.documents import DocumentSummary, InvoiceDocument
from mara.billing.schemas.document_lines import InvoiceLineOut
from mara.billing.schemas.document_notes import CreditNoteOut
from mara.billing.schemas.document_parties import PartyOut
from mara.billing.schemas.invoices import InvoiceSummaryOut
from mara.billing.schemas.payment_sources import PaymentSourceOut
from mara.kernel.money import UsdtOut, format_usdt
from mara.users.model import Locale


class InvoiceOut(InvoiceSummaryOut):
    """An invoice or a credit note with its lines, its parties, and what paid it."""

    plan: str = Field(description="Code of the plan.", examples=["team"])
    version_id: UUID = Field(description="Id of the plan's version.")
    subscription_id: UUID = Field(description="Id of the subscription.")
    lines: list[InvoiceLineOut] = Field(description="The lines, which add up to the total.")
    buyer: PartyOut | None = Field(description="Who buys; null for a draft.")
    seller: PartyOut | None = Field(description="Who sells; null for a draft.")
    pay_until: datetime | None = Field(
        description="Until when it can be paid, while it is to be paid; deposits move it on."
    )
    missing: UsdtOut = Field(
        description="What must still be paid in, less the balance and deposits in flight.",
        examples=["0.000000"],
    )
    paid_by: list[PaymentSourceOut] = Field(
        description="What paid it, in the order in which it was taken; empty until it is paid."
    )
    credit_notes: list[CreditNoteOut] = Field(description="Its credit notes, oldest first.")
    credited: UsdtOut = Field(description="Sum of its credit notes.", examples=["0.000000"])

    @classmethod
    def of_document(cls, document: InvoiceDocument, locale: Locale) -> Self:
        """Convert from the domain model; texts are in the language ``locale``."""
        invoice, (buyer, seller) = document.invoice, document.parties
        summary = InvoiceSummaryOut.of(_summary(document)).model_dump()
        return cls(
            **summary,
            plan=document.stored.plan,
            version_id=invoice.version_id,
            subscription_id=invoice.subscription_id,
            lines=[InvoiceLineOut.of_document(line, document, locale) for line in document.lines],
            buyer=PartyOut.of(buyer),
            seller=PartyOut.of(seller),
            pay_until=document.stored.pay_until,
            missing=format_usdt(document.missing),
            paid_by=[PaymentSourceOut.of(source, locale) for source in document.sources],
            credit_notes=[CreditNoteOut.of(note, locale) for note in document.notes],
            credited=format_usdt(document.credited),
        )


def _summary(document: InvoiceDocument) -> DocumentSummary:
    invoice, note = document.invoice, document.note
    return DocumentSummary(
        kind=document.kind,
        id=document.id,
        number=document.number,
        total=document.total,
        created_at=document.created_at,
        status=invoice.status if note is None else None,
        purpose=invoice.purpose if note is None else None,
        period=invoice.period if note is None else None,
        issued_at=document.issued_at,
        paid_at=invoice.paid_at if note is None else None,
        invoice_id=None if note is None else invoice.id,
        reason=None if note is None else note.reason,
    )
