"""Credit notes of an invoice on the wire."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.billing.model.document_words import reason_text
from mara.billing.model.invoice import CreditNote
from mara.kernel.money import UsdtOut, format_usdt
from mara.users.model import Locale


class CreditNoteOut(BaseModel):
    """A correction of an invoice: its amount went back to the balance."""

    id: UUID = Field(description="Id of the credit note.")
    number: str = Field(description="Number in a series of its own.", examples=["2026-C-000012"])
    amount: UsdtOut = Field(description="Amount in USDT.", examples=["14.000000"])
    reason: str = Field(
        description="Why it was issued, in the language of the request where it is known.",
        examples=["The service was down for two days"],
    )
    created_at: datetime = Field(description="When it was issued.")

    @classmethod
    def of(cls, note: CreditNote, locale: Locale) -> Self:
        """Convert from the domain model."""
        return cls(
            id=note.id,
            number=note.number or "",
            amount=format_usdt(note.amount),
            reason=reason_text(note, locale),
            created_at=note.created_at,
        )
