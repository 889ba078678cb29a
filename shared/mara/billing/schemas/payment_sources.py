"""What paid an invoice, on the wire."""

from typing import Self

from pydantic import BaseModel, Field

from mara.billing.model.document_words import source_text
from mara.billing.model.documents import PaymentSource, SourceKind
from mara.kernel.money import UsdtOut, format_usdt
from mara.users.model import Locale
from mara.wallets.model import Network

TRANSACTION = "3f1a9c0de4b25786" * 4


class PaymentSourceOut(BaseModel):
    """A part of what paid an invoice: the oldest money of the balance pays first."""

    kind: SourceKind = Field(
        description="A deposit, a credit by hand, or what a credit note gave back."
    )
    text: str = Field(
        description="The source in the language of the request.", examples=["Deposit, Tron"]
    )
    amount: UsdtOut = Field(description="Its part in USDT.", examples=["28.000000"])
    network: Network | None = Field(
        description="Network of a deposit; null for other sources.", examples=["tron"]
    )
    transaction: str | None = Field(
        description="Hash of the transaction of a deposit, as explorers show it; null otherwise.",
        examples=[TRANSACTION],
    )
    reference: str = Field(
        description="Id of the deposit or credit, or of the invoice that was credited.",
        examples=["0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"],
    )

    @classmethod
    def of(cls, source: PaymentSource, locale: Locale) -> Self:
        """Convert from the domain model."""
        return cls(
            kind=source.kind,
            text=source_text(source, locale),
            amount=format_usdt(source.amount),
            network=source.network,
            transaction=source.transaction,
            reference=source.reference,
        )
