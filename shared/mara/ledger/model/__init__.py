"""Accounts, transfers between them, holds, balances and audits.

Amounts are integers of micro-USDT. A user's account is a liability of the platform, so a deposit
debits custody by what it credits to the user: the balance of a custody account is *minus* the
amount in custody.
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
"""Characters of an idempotency key, and of a reference."""
LEGS_MAX: Final = 16
"""Legs of one transfer."""


class UserAccount(StrEnum):
    """Accounts of a user. Their balances are never negative; the database enforces that."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    SUSPENSE = "suspense"


class PlatformAccount(StrEnum):
    """Accounts of the platform; custody has one account per network, with the API's names.

    The balance of ``credits`` is *minus* what the platform gave to users by hand. Custody does not
    back it: users hold what is in custody, plus the credits, less revenue, fees and write-offs.
    """

    REVENUE = "revenue"
    FEES = "fees"
    WRITE_OFF = "write_off"
    CREDITS = "credits"
    CUSTODY_ARBITRUM = "custody:arbitrum"
    CUSTODY_TRON = "custody:tron"
    CUSTODY_APTOS = "custody:aptos"


Account = UserAccount | PlatformAccount


class TransferKind(StrEnum):
    """The kind of a transfer, as statements show it."""

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
    CREDIT = "credit"
    CREDIT_REVERSAL = "credit_reversal"


def custody_account(network: str) -> PlatformAccount:
    """The custody account of a network. Raises ValueError for an unknown network."""
    return PlatformAccount(f"custody:{network}")


@dataclass(frozen=True, slots=True)
class Cause:
    """``key`` is the idempotency key of a transfer: the same key moves money once.

    ``reference`` is the id of its subject, such as a deposit, an invoice or an answer. Raises
    InvalidCause.
    """

    key: str
    reference: str

    def __post_init__(self) -> None:
        for text in (self.key, self.reference):
            if not 0 < len(text) <= KEY_MAX or "\x00" in text:
                raise InvalidCause(f"A key or reference has 1 to {KEY_MAX} characters.")


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """A requested transfer. ``owner_id`` is the one user whose accounts it may change.

    ``legs`` are pairs of account and signed amount, in the order of posting; they add up to zero.
    ``ends_hold_id`` is the hold that this transfer ends; a new hold has an ``expires_at``.

    Raises Unbalanced, InvalidTransferAmount.
    """

    cause: Cause
    kind: TransferKind
    owner_id: UUID | None
    legs: tuple[tuple[Account, int], ...]
    ends_hold_id: UUID | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        for _, amount in self.legs:
            if not 0 < abs(amount) <= AMOUNT_MAX:
                raise InvalidTransferAmount(
                    "An amount is not zero, and fits 63 bits of micro-USDT."
                )
        if not 2 <= len(self.legs) <= LEGS_MAX or sum(amount for _, amount in self.legs) != 0:  # noqa: PLR2004 - double entry
            raise Unbalanced(f"A transfer has 2 to {LEGS_MAX} legs, whose sum is zero.")
        if self.owner_id is None and any(isinstance(a, UserAccount) for a, _ in self.legs):
            raise Unbalanced("A leg on a user's account needs the user.")

    @classmethod
    def between(
        cls,
        amount: int,
        kind: TransferKind,
        accounts: tuple[Account, Account],
        *,
        owner_id: UUID | None,
        cause: Cause,
    ) -> "TransferRequest":
        """A transfer from the first account to the second. Raises InvalidTransferAmount."""
        if amount <= 0:
            raise InvalidTransferAmount("The amount must be positive.")
        source, destination = accounts
        return cls(cause, kind, owner_id, ((source, -amount), (destination, amount)))


@dataclass(frozen=True, slots=True)
class Transfer:
    """A posted transfer; ``key`` is its idempotency key."""

    id: UUID
    key: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Money of a user, reserved until it is settled, released or expired."""

    id: UUID
    key: str
    reference: str
    owner_id: UUID
    amount: int
    expires_at: datetime

    @property
    def end_key(self) -> str:
        """The idempotency key of the transfer that ends the hold, so that it ends once."""
        return f"end:{self.id}"

    def ending(self, kind: TransferKind, spent: int) -> TransferRequest:
        """The transfer that ends the hold: ``spent`` to revenue, the rest back to available.

        Raises HoldExceeded, InvalidTransferAmount.
        """
        if spent < 0:
            raise InvalidTransferAmount("The amount to settle must not be negative.")
        if spent > self.amount:
            raise HoldExceeded("Settle at most the amount of the hold, and charge the rest.")
        legs: tuple[tuple[Account, int], ...] = (
            (UserAccount.RESERVED, -self.amount),
            (PlatformAccount.REVENUE, spent),
            (UserAccount.AVAILABLE, self.amount - spent),
        )
        return TransferRequest(
            cause=Cause(self.end_key, self.reference),
            kind=kind,
            owner_id=self.owner_id,
            legs=tuple((account, amount) for account, amount in legs if amount),
            ends_hold_id=self.id,
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """A user's balances in micro-USDT; ``pending`` is detected on a chain, but not credited yet."""

    available: int = 0
    reserved: int = 0
    suspense: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement: ``amount`` is signed, ``balance`` is the account's balance after it.

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
        """The number as an id, because page cursors contain ids."""
        return UUID(int=self.number)


@dataclass(frozen=True, slots=True)
class Difference:
    """A violated audit rule; ``subject`` is a transfer, user or account."""

    rule: str
    subject: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit: counts, platform balances by account, and differences.

    ``differences`` has the first ones of each rule only. ``owed`` is what users have in all.
    """

    transfers: int
    postings: int
    users: int
    owed: int
    platform: Mapping[PlatformAccount, int]
    differences: tuple[Difference, ...]

    @property
    def shortfall(self) -> int:
        """By how much users have more than custody and what was given to them by hand."""
        backing = [
            amount
            for account, amount in self.platform.items()
            if account is PlatformAccount.CREDITS or account.startswith("custody:")
        ]
        return max(0, self.owed + sum(backing))
