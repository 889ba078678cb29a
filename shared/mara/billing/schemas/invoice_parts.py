"""Parts of invoices on the wire, of issued ones and of previews."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.billing.model.account import UnpaidInvoice
from mara.billing.model.invoice import InvoiceLine, InvoiceStatus, LineKind
from mara.billing.model.meters import Meter
from mara.kernel.money import UsdtOut, format_usdt


class LineOut(BaseModel):
    """A line of an invoice; the amounts of all lines add up to its total."""

    kind: LineKind = Field(description="What the line charges or gives back.", examples=["base"])
    amount: UsdtOut = Field(description="USDT; negative if given back.", examples=["29.000000"])
    meter: Meter | None = Field(description="Meter of overage.", examples=["answers"])
    quantity: int | None = Field(description="Units of overage.", examples=[120])

    @classmethod
    def of(cls, line: InvoiceLine) -> Self:
        """Convert from the domain model."""
        return cls(
            kind=line.kind,
            amount=format_usdt(line.amount),
            meter=line.meter,
            quantity=line.quantity,
        )


class UnpaidInvoiceOut(BaseModel):
    """The invoice that the subscription waits for; a draft has no number yet."""

    id: UUID = Field(description="Id of the invoice.")
    status: InvoiceStatus = Field(description="`draft` or `open`.", examples=["draft"])
    number: str | None = Field(description="Number, once issued.", examples=["2026-000123"])
    total: UsdtOut = Field(description="USDT due.", examples=["29.000000"])
    lines: list[LineOut] = Field(description="What it consists of.")
    pay_until: datetime = Field(description="Until when it can be paid; pauses move it on.")

    @classmethod
    def of(cls, unpaid: UnpaidInvoice) -> Self:
        """Convert from the domain model."""
        invoice = unpaid.invoice
        return cls(
            id=invoice.id,
            status=invoice.status,
            number=invoice.number,
            total=format_usdt(invoice.total),
            lines=[LineOut.of(line) for line in invoice.lines],
            pay_until=unpaid.deadline.at,
        )
