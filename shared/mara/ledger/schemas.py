"""Response bodies of balances and statements."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel

from mara.kernel.money import UsdtOut, format_usdt
from mara.ledger.model import Balance, Entry, UserAccount


class BalanceOut(BaseModel):
    """Balances in USDT; ``pending`` is detected on a chain, but not credited yet."""

    asset: Literal["USDT"] = "USDT"
    available: UsdtOut
    reserved: UsdtOut
    pending: UsdtOut
    suspense: UsdtOut

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

    kind: str
    reference: str


class EntryOut(BaseModel):
    """A line of the statement. ``amount`` is signed; ``balance`` is the account's balance after it.

    ``number`` counts the user's entries without gaps.
    """

    number: int
    account: UserAccount
    amount: UsdtOut
    balance: UsdtOut
    transfer_id: UUID
    cause: CauseOut
    created_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The entry with amounts as decimal strings."""
        return cls(
            number=entry.number,
            account=entry.account,
            amount=format_usdt(entry.amount),
            balance=format_usdt(entry.balance),
            transfer_id=entry.transfer_id,
            cause=CauseOut(kind=entry.kind, reference=entry.reference),
            created_at=entry.at,
        )
