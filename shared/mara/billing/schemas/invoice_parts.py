"""Parts of invoices on the wire, of issued ones and of previews."""

from typing import Self

from pydantic import BaseModel, Field

from mara.billing.model.invoice import InvoiceLine, LineKind
from mara.billing.model.meters import Meter
from mara.kernel.money import UsdtOut, format_usdt


class LineOut(BaseModel):
    """A line of an invoice; the amounts of all lines add up to its total."""

    kind: LineKind = Field(description="What the line charges or gives back.", examples=["base"])
    amount: UsdtOut = Field(description="USDT; negative if given back.", examples=["29.000000"])
    meter: Meter | None = Field(
        description="Of which meter overage is; null for other lines.", examples=["answers"]
    )
    quantity: int | None = Field(
        description="Units of overage; null for other lines.", examples=[120]
    )

    @classmethod
    def of(cls, line: InvoiceLine) -> Self:
        """Convert from the domain model."""
        return cls(
            kind=line.kind,
            amount=format_usdt(line.amount),
            meter=line.meter,
            quantity=line.quantity,
        )
