"""Invoices and credit notes in lists."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.billing.model.documents import DocumentKind, DocumentSummary
from mara.billing.model.invoice import InvoiceStatus, Purpose
from mara.kernel.money import UsdtOut, format_usdt

NUMBER = "2026-000123"


class InvoiceSummaryOut(BaseModel):
    """An invoice or a credit note in a list; `kind` tells which one it is."""

    kind: DocumentKind = Field(description="An invoice, or the credit note of one.")
    id: UUID = Field(description="Id of the document.")
    number: str | None = Field(
        description="Number without gaps per year and kind; null for a draft.", examples=[NUMBER]
    )
    state: InvoiceStatus | None = Field(
        description="State of an invoice; null for a credit note.", examples=["paid"]
    )
    purpose: Purpose | None = Field(
        description="What an invoice is for; null for a credit note.", examples=["renewal"]
    )
    period_start: datetime | None = Field(description="When the period that is paid begins.")
    period_end: datetime | None = Field(description="When it ends; not a part of it.")
    total: UsdtOut = Field(description="Sum of the lines in USDT.", examples=["28.000000"])
    issued_at: datetime | None = Field(description="When it got its number; null for a draft.")
    paid_at: datetime | None = Field(description="When it was paid; null until then.")
    created_at: datetime = Field(description="When it was drawn up.")
    invoice_id: UUID | None = Field(
        description="Id of the invoice that a credit note corrects; null for an invoice."
    )
    reason: str | None = Field(
        description="Why a credit note was issued; null for an invoice.", examples=["cancelled"]
    )

    @classmethod
    def of(cls, document: DocumentSummary) -> Self:
        """Convert from the domain model."""
        return cls(
            kind=document.kind,
            id=document.id,
            number=document.number,
            state=document.status,
            purpose=document.purpose,
            period_start=document.period.start if document.period else None,
            period_end=document.period.end if document.period else None,
            total=format_usdt(document.total),
            issued_at=document.issued_at,
            paid_at=document.paid_at,
            created_at=document.created_at,
            invoice_id=document.invoice_id,
            reason=document.reason,
        )
