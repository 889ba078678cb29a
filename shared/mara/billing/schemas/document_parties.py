"""Buyer and seller of an invoice on the wire."""

from typing import Self

from pydantic import BaseModel, Field

from mara.billing.model.invoice import Party


class PartyOut(BaseModel):
    """The buyer or the seller, as copied when the invoice was issued; what is unknown is empty."""

    name: str = Field(description="Name.", examples=["Анна Петрова"])
    company: str = Field(description="Company.", examples=["Example LLC"])
    address: str = Field(description="Postal address.", examples=["Main Street 1, Springfield"])
    email: str = Field(description="E-mail address.", examples=["anna@example.com"])

    @classmethod
    def of(cls, party: Party | None) -> Self | None:
        """Convert from the domain model."""
        if party is None:
            return None
        return cls(name=party.name, company=party.company, address=party.address, email=party.email)
