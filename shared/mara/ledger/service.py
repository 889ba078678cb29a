"""Moving money, reading what a user has, and proving that the books are right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.errors import HoldEnded, KeyReused
from mara.ledger.model import (
    Account,
    Audit,
    Balance,
    Cause,
    Entry,
    Hold,
    Kind,
    Order,
    PlatformAccount,
    Transfer,
    UserAccount,
    custody_of,
)
from mara.ledger.ports import Alarm, Book, PendingDeposits

EXPIRED_BATCH: Final = 100
EXPIRED_BATCHES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class LedgerService:
    """Moves money inside the transaction that the caller has open: with its effects, or not at all.

    Every method may be repeated: the same key and content give the first transfer back, the same
    key with other content raises KeyReused. Any of them may raise LedgerBusy or AccountFull. After
    an error the caller's transaction can only be rolled back. In a user's scope a transfer may not
    add to what the user has: deposits and refunds are the system's.
    """

    book: Book
    now: Clock

    def transfer(self, order: Order) -> Transfer:
        """Raises InsufficientFunds, KeyReused."""
        return self.transfer_all([order])[0]

    def transfer_all(self, orders: Sequence[Order]) -> list[Transfer]:
        """All or none, many times faster than one by one. Raises InsufficientFunds, KeyReused."""
        return self.book.post(orders, self.now()) if orders else []

    def credit_deposit(
        self,
        owner_id: UUID,
        network: str,
        amount: int,
        cause: Cause,
        *,
        into: UserAccount = UserAccount.AVAILABLE,
    ) -> Transfer:
        """``cause.key`` says which transfer of which transaction of which network it was.

        Raises KeyReused, InvalidTransferAmount; ValueError for an unknown network.
        """
        accounts = (custody_of(network), into)
        return self._move(amount, Kind.DEPOSIT, accounts, owner_id=owner_id, cause=cause)

    def charge(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Raises InsufficientFunds, KeyReused, InvalidTransferAmount."""
        accounts = (UserAccount.AVAILABLE, PlatformAccount.REVENUE)
        return self._move(amount, Kind.CHARGE, accounts, owner_id=owner_id, cause=cause)

    def refund(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Raises KeyReused, InvalidTransferAmount."""
        accounts = (PlatformAccount.REVENUE, UserAccount.AVAILABLE)
        return self._move(amount, Kind.REFUND, accounts, owner_id=owner_id, cause=cause)

    def suspend(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """To suspense. Raises InsufficientFunds, KeyReused, InvalidTransferAmount."""
        accounts = (UserAccount.AVAILABLE, UserAccount.SUSPENSE)
        return self._move(amount, Kind.SUSPEND, accounts, owner_id=owner_id, cause=cause)

    def restore(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Out of suspense. Raises InsufficientFunds, KeyReused, InvalidTransferAmount."""
        accounts = (UserAccount.SUSPENSE, UserAccount.AVAILABLE)
        return self._move(amount, Kind.RESTORE, accounts, owner_id=owner_id, cause=cause)

    def hold(self, owner_id: UUID, amount: int, cause: Cause, *, expires_at: datetime) -> Transfer:
        """Set money aside till it is settled or released, or the schedule finds it expired.

        Asked for again, a hold is the first one, with its first time, even if it has ended: then
        it can be settled no other way than it was.
        Raises InsufficientFunds, KeyReused, InvalidTransferAmount.
        """
        accounts = (UserAccount.AVAILABLE, UserAccount.RESERVED)
        order = Order.move(amount, Kind.HOLD, accounts, owner_id=owner_id, cause=cause)
        return self.transfer(replace(order, expires_at=expires_at))

    def settle(self, hold_key: str, amount: int) -> Transfer:
        """``amount`` of the hold goes to revenue, and the rest back to the user.

        A hold that is over its time and was not released yet can still be settled: the work was
        done, and the money is there. Raises HoldNotFound, HoldExceeded, HoldEnded.
        """
        return self._end(self.book.hold(hold_key), Kind.SETTLE, amount)

    def release(self, hold_key: str) -> Transfer:
        """All of it goes back to the user. Raises HoldNotFound, HoldEnded."""
        return self._end(self.book.hold(hold_key), Kind.RELEASE, 0)

    def expire(self, hold: Hold) -> Transfer:
        """Raises HoldEnded."""
        return self._end(hold, Kind.EXPIRE, 0)

    def _end(self, hold: Hold, kind: Kind, spent: int) -> Transfer:
        try:
            return self.transfer(hold.ended(kind, spent))
        except KeyReused:
            raise HoldEnded("It ends once.") from None

    def _move(
        self,
        amount: int,
        kind: Kind,
        accounts: tuple[Account, Account],
        *,
        owner_id: UUID,
        cause: Cause,
    ) -> Transfer:
        return self.transfer(Order.move(amount, kind, accounts, owner_id=owner_id, cause=cause))


@dataclass(frozen=True, slots=True)
class BalanceService:
    book: Book
    deposits: PendingDeposits
    unit_of_work: UnitOfWork

    def balance(self, caller: Principal) -> Balance:
        with self.unit_of_work(caller.user_id):
            balance = self.book.balance(caller.user_id)
            return replace(balance, pending=self.deposits.pending(caller.user_id))

    def entries(self, caller: Principal, page: PageRequest) -> Page[Entry]:
        with self.unit_of_work(caller.user_id):
            found = self.book.entries(caller.user_id, page)
        return Page.of(found, page, lambda entry: entry.cursor_id)


@dataclass(frozen=True, slots=True)
class HoldExpiryService:
    """Gives back what nobody settled or released in time."""

    ledger: LedgerService
    unit_of_work: UnitOfWork

    def release_expired(self, now: datetime) -> int:
        """How many were released; what is settled meanwhile stays settled."""
        released = 0
        for _ in range(EXPIRED_BATCHES_MAX):
            with self.unit_of_work(SYSTEM):
                found = self.ledger.book.expired_holds(now, EXPIRED_BATCH)
            released += sum(self._release(hold) for hold in found)
            if len(found) < EXPIRED_BATCH:
                break
        return released

    def _release(self, hold: Hold) -> bool:
        # Each in a transaction of its own: one that was settled just now keeps none from going on.
        try:
            with self.unit_of_work(SYSTEM):
                self.ledger.expire(hold)
        except HoldEnded:
            return False
        return True


@dataclass(frozen=True, slots=True)
class AuditService:
    """Proves that the books are right."""

    book: Book
    alarm: Alarm
    unit_of_work: UnitOfWork

    def verify(self) -> Audit:
        with self.unit_of_work(SYSTEM):
            return self.book.audit()

    def watch(self) -> dict[str, int]:
        """Verify, and tell the operator; how much was looked at, and how much of it differs."""
        audit = self.verify()
        self.alarm.tell(audit)
        return {"transfers": audit.transfers, "differences": len(audit.differences)}
