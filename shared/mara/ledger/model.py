"""Accounts, transfers between them, and what a user has.

Amounts are integers of micro-USDT. A user's account says what we owe them, so a deposit takes from
custody what it gives to the user: the balance of custody is *minus* what lies there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.kernel.money import AMOUNT_MAX
from mara.ledger.errors import HoldExceeded, InvalidCause, InvalidTransferAmount, Unbalanced

KEY_MAX: Final = 200
"""Characters of a business key, and of a reference."""
LEGS_MAX: Final = 16


class UserAccount(StrEnum):
    """None of them is ever below zero; the database sees to that."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    SUSPENSE = "suspense"


class PlatformAccount(StrEnum):
    """Custody is one account per network, named as the API names the networks."""

    REVENUE = "revenue"
    FEES = "fees"
    WRITE_OFF = "write_off"
    CUSTODY_ARBITRUM = "custody:arbitrum"
    CUSTODY_TRON = "custody:tron"
    CUSTODY_APTOS = "custody:aptos"


Account = UserAccount | PlatformAccount


class Kind(StrEnum):
    """Why money moved: the cause that a statement shows."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    EXPIRE = "expire"
    CHARGE = "charge"
    REFUND = "refund"
    FEE = "fee"
    SUSPEND = "suspend"
    RESTORE = "restore"
    WRITE_OFF = "write_off"


def custody_of(network: str) -> PlatformAccount:
    """Raises ValueError for a network without an account."""
    return PlatformAccount(f"custody:{network}")


@dataclass(frozen=True, slots=True)
class Cause:
    """``key`` names this movement of money, once and for ever: the same key moves it once.

    ``reference`` is what it was for, such as the id of a deposit, an invoice or an answer.
    """

    key: str
    reference: str

    def __post_init__(self) -> None:
        for text in (self.key, self.reference):
            if not 0 < len(text) <= KEY_MAX or "\x00" in text:
                raise InvalidCause(f"It has 1 to {KEY_MAX} characters.")


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer that is asked for. ``owner_id`` is the one user whose accounts it may touch.

    ``legs`` are in the order in which they are posted, and add up to zero. ``ends_id`` is the hold
    that this transfer settles or releases; a hold has an ``expires_at``.

    Raises Unbalanced, InvalidTransferAmount.
    """

    cause: Cause
    kind: Kind
    owner_id: UUID | None
    legs: tuple[tuple[Account, int], ...]
    ends_id: UUID | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        for _, amount in self.legs:
            if not 0 < abs(amount) <= AMOUNT_MAX:
                raise InvalidTransferAmount("It is not zero, and fits 63 bits of micro-USDT.")
        if not 2 <= len(self.legs) <= LEGS_MAX or sum(amount for _, amount in self.legs) != 0:  # noqa: PLR2004 - double entry
            raise Unbalanced(f"2 to {LEGS_MAX} legs, whose sum is zero.")
        if self.owner_id is None and any(isinstance(a, UserAccount) for a, _ in self.legs):
            raise Unbalanced("A leg on a user's account needs the user.")

    @classmethod
    def move(
        cls,
        amount: int,
        kind: Kind,
        accounts: tuple[Account, Account],
        *,
        owner_id: UUID | None,
        cause: Cause,
    ) -> "Order":
        """From the first account to the second. Raises InvalidTransferAmount."""
        if amount <= 0:
            raise InvalidTransferAmount("Only more than nothing can be moved.")
        giver, taker = accounts
        return cls(cause, kind, owner_id, ((giver, -amount), (taker, amount)))


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was posted, once, under ``key``."""

    id: UUID
    key: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Money of a user set aside for something that is going on."""

    id: UUID
    key: str
    reference: str
    owner_id: UUID
    amount: int
    expires_at: datetime

    @property
    def end_key(self) -> str:
        """One key for every way to end it, so that it ends in one way."""
        return f"end:{self.id}"

    def ended(self, kind: Kind, spent: int) -> Order:
        """``spent`` goes to revenue, the rest back to the user.

        Raises HoldExceeded, InvalidTransferAmount.
        """
        if spent < 0:
            raise InvalidTransferAmount("Nothing or more can be spent.")
        if spent > self.amount:
            raise HoldExceeded("Settle what is held, and charge the rest for itself.")
        legs: tuple[tuple[Account, int], ...] = (
            (UserAccount.RESERVED, -self.amount),
            (PlatformAccount.REVENUE, spent),
            (UserAccount.AVAILABLE, self.amount - spent),
        )
        return Order(
            cause=Cause(self.end_key, self.reference),
            kind=kind,
            owner_id=self.owner_id,
            legs=tuple((account, amount) for account, amount in legs if amount),
            ends_id=self.id,
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """What a user has, in micro-USDT; ``pending`` was seen on a chain and is not final yet."""

    available: int = 0
    reserved: int = 0
    suspense: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement: ``amount`` is signed, ``balance`` is the account's after it.

    ``number`` counts the user's entries from 1, without a gap.
    """

    number: int
    account: UserAccount
    amount: int
    balance: int
    transfer_id: UUID
    kind: str
    reference: str
    at: datetime

    @property
    def cursor_id(self) -> UUID:
        """Where a page may end: cursors carry ids."""
        return UUID(int=self.number)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the postings say; ``subject`` is a transfer, user or account."""

    rule: str
    subject: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What was checked and what differed, the first of each rule; platform balances by account."""

    transfers: int
    postings: int
    users: int
    platform: Mapping[PlatformAccount, int]
    differences: tuple[Difference, ...]
