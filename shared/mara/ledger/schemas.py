"""Response bodies of balances and statements."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.kernel.money import UsdtOut, format_usdt
from mara.ledger.model import Balance, Entry, TransferKind, UserAccount

ENTRIES_PER_FILE = 10_000
"""Lines of one CSV file: about 1.5 MB, of the 6 MB that a function can return."""
ENTRY_COLUMNS = (
    *("number", "created_at", "account", "amount", "balance"),
    *("kind", "reference", "transfer_id"),
)


class BalanceOut(BaseModel):
    """Balances in USDT; ``pending`` is detected on a chain, but not credited yet."""

    asset: Literal["USDT"] = Field(default="USDT", description="The asset of the amounts.")
    available: UsdtOut = Field(description="What can be spent.", examples=["12.500000"])
    reserved: UsdtOut = Field(
        description="What is set aside for running operations.", examples=["0.000000"]
    )
    pending: UsdtOut = Field(
        description="What was detected on a network, but is not credited yet.",
        examples=["0.000000"],
    )
    suspense: UsdtOut = Field(
        description="What waits for a decision of the operator.", examples=["0.000000"]
    )

    @classmethod
    def of(cls, balance: Balance) -> Self:
        """The balances as decimal strings."""
        return cls(
            available=format_usdt(balance.available),
            reserved=format_usdt(balance.reserved),
            pending=format_usdt(balance.pending),
            suspense=format_usdt(balance.suspense),
        )


class CauseOut(BaseModel):
    """The kind of a transfer, and its reference: the id of a deposit, an answer or an invoice."""

    kind: str = Field(
        description=f"Kind of the transfer, one of: {', '.join(TransferKind)}.",
        examples=["deposit"],
    )
    reference: str = Field(
        description="Id of the deposit, the answer or the invoice behind the transfer.",
        examples=["0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"],
    )


class EntryOut(BaseModel):
    """A line of the statement. ``amount`` is signed; ``balance`` is the account's balance after it.

    ``number`` counts the user's entries without gaps.
    """

    number: int = Field(
        description="Number of the entry. It counts from 1 without gaps.", examples=[1]
    )
    account: UserAccount = Field(description="Which of the user's accounts changed.")
    amount: UsdtOut = Field(
        description="Change in USDT; negative for a debit.", examples=["12.500000"]
    )
    balance: UsdtOut = Field(
        description="Balance of the account after the entry.", examples=["12.500000"]
    )
    transfer_id: UUID = Field(description="Id of the transfer that the entry belongs to.")
    cause: CauseOut = Field(description="Why the money moved.")
    text: str = Field(
        description="Why the money moved, in the language of the request.",
        examples=["Invoice 2026-000123"],
    )
    created_at: datetime = Field(description="When the transfer was posted.")

    @classmethod
    def of(cls, entry: Entry, text: str) -> Self:
        """The entry with amounts as decimal strings; ``text`` tells why the money moved."""
        return cls(
            number=entry.number,
            account=entry.account,
            amount=format_usdt(entry.amount),
            balance=format_usdt(entry.balance),
            transfer_id=entry.transfer_id,
            cause=CauseOut(kind=entry.kind, reference=entry.reference),
            text=text,
            created_at=entry.at,
        )


def entry_cells(entry: Entry) -> list[str]:
    """The line of a CSV file, in the order of ``ENTRY_COLUMNS``."""
    moved = [entry.at.isoformat(), entry.account.value]
    amounts = [format_usdt(entry.amount), format_usdt(entry.balance)]
    cause = [entry.kind, entry.reference, str(entry.transfer_id)]
    return [str(entry.number), *moved, *amounts, *cause]
