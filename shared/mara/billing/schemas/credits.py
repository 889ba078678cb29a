"""Credits by hand and credit notes on the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mara.billing.model.credit import Credit
from mara.billing.model.invoice import CreditNote
from mara.kernel.money import UsdtIn, UsdtOut, format_usdt

PositiveUsdt = Annotated[UsdtIn, Field(gt=0)]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


class CreditIn(BaseModel):
    """A credit of an amount, or the reversal of an earlier one; the reason is recorded."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"amount": "5", "reason": "Two days of outage"}]},
    )

    amount: PositiveUsdt | None = Field(
        default=None, description="What is given, in USDT.", examples=["5"]
    )
    reverses: UUID | None = Field(
        default=None, description="Id of the credit that is taken back, as far as it is there."
    )
    reason: Reason = Field(description="Why.", examples=["Two days of outage"])

    @property
    def credit_id(self) -> UUID:
        """The credit that is taken back."""
        if self.reverses is None:
            raise AssertionError("the validator requires it where there is no amount")
        return self.reverses

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.amount is None) == (self.reverses is None):
            raise ValueError("send either amount or reverses")
        return self


class CreditOut(BaseModel):
    """A credit by hand, or what was taken back of one."""

    id: UUID = Field(description="Id of the credit or of the reversal.")
    user_id: UUID = Field(description="Id of the user.")
    amount: UsdtOut = Field(
        description="What was given, or taken back, in USDT.", examples=["5.000000"]
    )
    reverses: UUID | None = Field(description="Id of the credit that was taken back.")
    reason: str = Field(description="Why.", examples=["Two days of outage"])
    actor_id: UUID = Field(description="Id of the superuser.")
    created_at: datetime = Field(description="When it was posted.")

    @classmethod
    def of(cls, credit: Credit) -> Self:
        """Convert from the domain model."""
        return cls(
            id=credit.id,
            user_id=credit.owner_id,
            amount=format_usdt(credit.amount),
            reverses=credit.reverses,
            reason=credit.reason,
            actor_id=credit.actor_id,
            created_at=credit.created_at,
        )


class CreditNoteIn(BaseModel):
    """A credit note: what is given back of an invoice, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"amount": "0.1", "reason": "Two days of outage"}]},
    )

    amount: PositiveUsdt = Field(description="What is given back, in USDT.", examples=["0.1"])
    reason: Reason = Field(
        description="Why; it is printed on the note.", examples=["Two days of outage"]
    )


class IssuedCreditNoteOut(BaseModel):
    """A credit note that was issued; its amount is on the user's balance."""

    id: UUID = Field(description="Id of the credit note.")
    number: str = Field(description="Its number.", examples=["2026-C-000012"])
    invoice_id: UUID = Field(description="Id of the invoice.")
    user_id: UUID = Field(description="Id of the user.")
    amount: UsdtOut = Field(description="Amount in USDT.", examples=["0.100000"])
    reason: str = Field(description="Why.", examples=["Two days of outage"])
    actor_id: UUID | None = Field(description="Id of the superuser.")
    created_at: datetime = Field(description="When it was issued.")

    @classmethod
    def of(cls, note: CreditNote) -> Self:
        """Convert from the domain model."""
        return cls(
            id=note.id,
            number=note.number or "",
            invoice_id=note.invoice_id,
            user_id=note.owner_id,
            amount=format_usdt(note.amount),
            reason=note.reason,
            actor_id=note.actor_id,
            created_at=note.created_at,
        )
