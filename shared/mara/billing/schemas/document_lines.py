"""Lines of an invoice on the wire, with their text."""

from typing import Self

from pydantic import BaseModel, Field

from mara.billing.model.document_words import line_text
from mara.billing.model.documents import InvoiceDocument
from mara.billing.model.invoice import InvoiceLine, LineKind
from mara.billing.model.meters import Meter
from mara.kernel.money import UsdtOut, format_usdt
from mara.users.model import Locale


class InvoiceLineOut(BaseModel):
    """A line; the amounts of all lines add up to the total."""

    kind: LineKind = Field(description="What the line is.")
    text: str = Field(
        description="What the line is for, in the language of the request.", examples=["Plan Team"]
    )
    amount: UsdtOut = Field(
        description="Amount in USDT; negative if it is deducted.", examples=["28.000000"]
    )
    meter: Meter | None = Field(description="Of which meter overage is; null for other lines.")
    quantity: int | None = Field(
        description="Units of overage; null for other lines.", examples=[None]
    )

    @classmethod
    def of(cls, line: InvoiceLine, document: InvoiceDocument, locale: Locale) -> Self:
        """Convert from the domain model."""
        return cls(
            kind=line.kind,
            text=line_text(document, line, locale),
            amount=format_usdt(line.amount),
            meter=line.meter,
            quantity=line.quantity,
        )
