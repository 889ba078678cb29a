"""Transfers, balances, expiry of holds, and the audit of the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.money import AMOUNT_MAX, HUGE_AMOUNT
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
    PlatformAccount,
    Transfer,
    TransferKind,
    TransferRequest,
    UserAccount,
    custody_account,
)
from mara.ledger.ports import LedgerMetrics, LedgerRepository, PendingDeposits

EXPIRED_BATCH: Final = 100
"""Expired holds that are listed at once."""
EXPIRED_BATCHES_MAX: Final = 100
"""Batches per run of the schedule."""


@dataclass(frozen=True, slots=True)
class LedgerService:
    """Moves money inside the caller's open transaction: with the caller's effects, or not at all.

    Every method is idempotent: a repeated key with the same content returns the first transfer, and
    with other content raises KeyReused. All may raise LedgerBusy or AccountFull. After an error,
    the caller's transaction can only be rolled back. In a user's scope, a transfer must not raise
    the user's total: deposits, refunds and credits
    require the system's scope.
    """

    repository: LedgerRepository
    now: Clock

    def transfer(self, request: TransferRequest) -> Transfer:
        """Post one transfer. Raises InsufficientFunds, KeyReused, HoldEnded."""
        return self.transfer_all([request])[0]

    def transfer_all(self, requests: Sequence[TransferRequest]) -> list[Transfer]:
        """Post all or none, in one statement. Raises InsufficientFunds, KeyReused, HoldEnded."""
        return self.repository.post(requests, self.now()) if requests else []

    def lock_balances(self, owner_ids: Collection[UUID]) -> Mapping[UUID, Balance]:
        """Lock the balances of the users until the transaction ends; those of each user.

        No other transaction moves their money meanwhile, so what is decided by these balances holds
        when it is posted. All users are locked by one call, in the order of their ids: then no two
        transactions wait for each other. A user's scope may lock the user only.
        """
        return self.repository.lock(owner_ids) if owner_ids else {}

    def has_room(self, owner_id: UUID, amount: int) -> bool:
        """Whether the user's balances can hold ``amount`` more; reads them for huge amounts only.

        Huge amounts may fill half of what fits; the other half is left for thousands of smaller
        ones, so that no deposit raises AccountFull.
        """
        if amount < HUGE_AMOUNT:
            return True
        held = self.repository.get_balance(owner_id)
        return held.available + held.reserved + held.suspense + amount <= AMOUNT_MAX // 2

    def credit_deposit(
        self,
        owner_id: UUID,
        network: str,
        amount: int,
        cause: Cause,
        *,
        into: UserAccount = UserAccount.AVAILABLE,
    ) -> Transfer:
        """Credit a deposit from the network's custody account; ``cause.key`` identifies it.

        Raises KeyReused, InvalidTransferAmount; ValueError for an unknown network.
        """
        accounts = (custody_account(network), into)
        return self._move(amount, TransferKind.DEPOSIT, accounts, owner_id=owner_id, cause=cause)

    def charge(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Move available money to revenue.

        Raises InsufficientFunds, KeyReused, InvalidTransferAmount.
        """
        accounts = (UserAccount.AVAILABLE, PlatformAccount.REVENUE)
        return self._move(amount, TransferKind.CHARGE, accounts, owner_id=owner_id, cause=cause)

    def refund(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Move revenue back to available. Raises KeyReused, InvalidTransferAmount."""
        accounts = (PlatformAccount.REVENUE, UserAccount.AVAILABLE)
        return self._move(amount, TransferKind.REFUND, accounts, owner_id=owner_id, cause=cause)

    def credit(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Give the user money of the platform; ``cause.reference`` identifies the credit.

        Raises KeyReused, InvalidTransferAmount.
        """
        accounts = (PlatformAccount.CREDITS, UserAccount.AVAILABLE)
        return self._move(amount, TransferKind.CREDIT, accounts, owner_id=owner_id, cause=cause)

    def reverse_credit(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Take back a credit or a part of it; ``cause.reference`` is that of the credit.

        Raises InsufficientFunds, KeyReused, InvalidTransferAmount.
        """
        accounts, kind = (
            (UserAccount.AVAILABLE, PlatformAccount.CREDITS),
            TransferKind.CREDIT_REVERSAL,
        )
        return self._move(amount, kind, accounts, owner_id=owner_id, cause=cause)

    def write_off(self, owner_id: UUID, balance: Balance, cause: Cause) -> Transfer | None:
        """Move what is available and in suspense to the platform; None where there is nothing.

        Raises InsufficientFunds, KeyReused.
        """
        parts = (
            (UserAccount.AVAILABLE, balance.available),
            (UserAccount.SUSPENSE, balance.suspense),
        )
        legs = tuple((account, -amount) for account, amount in parts if amount)
        if not legs:
            return None
        total = -sum(amount for _, amount in legs)
        all_legs: tuple[tuple[Account, int], ...] = (*legs, (PlatformAccount.WRITE_OFF, total))
        return self.transfer(TransferRequest(cause, TransferKind.WRITE_OFF, owner_id, all_legs))

    def suspend(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Move available money to suspense.

        Raises InsufficientFunds, KeyReused, InvalidTransferAmount.
        """
        accounts = (UserAccount.AVAILABLE, UserAccount.SUSPENSE)
        return self._move(amount, TransferKind.SUSPEND, accounts, owner_id=owner_id, cause=cause)

    def restore(self, owner_id: UUID, amount: int, cause: Cause) -> Transfer:
        """Move money from suspense to available.

        Raises InsufficientFunds, KeyReused, InvalidTransferAmount.
        """
        accounts = (UserAccount.SUSPENSE, UserAccount.AVAILABLE)
        return self._move(amount, TransferKind.RESTORE, accounts, owner_id=owner_id, cause=cause)

    def hold(self, owner_id: UUID, amount: int, cause: Cause, *, expires_at: datetime) -> Transfer:
        """Reserve money until it is settled or released, or until the schedule expires it.

        A repeated key returns the first hold with its first ``expires_at``, even if it has ended:
        then settling it again succeeds only with the same result.
        Raises InsufficientFunds, KeyReused, InvalidTransferAmount.
        """
        accounts = (UserAccount.AVAILABLE, UserAccount.RESERVED)
        request = TransferRequest.between(
            amount, TransferKind.HOLD, accounts, owner_id=owner_id, cause=cause
        )
        return self.transfer(replace(request, expires_at=expires_at))

    def settle(self, hold_key: str, amount: int) -> Transfer:
        """Transfer ``amount`` of the hold to revenue, and the rest back to available.

        A hold past its ``expires_at`` can be settled until the schedule expires it: the work was
        done, and the money is still reserved. Raises HoldNotFound, HoldExceeded, HoldEnded.
        """
        return self._end(self.repository.get_hold(hold_key), TransferKind.SETTLE, amount)

    def release(self, hold_key: str) -> Transfer:
        """Transfer the whole hold back to available. Raises HoldNotFound, HoldEnded."""
        return self._end(self.repository.get_hold(hold_key), TransferKind.RELEASE, 0)

    def expire(self, hold: Hold) -> Transfer:
        """Release an expired hold. Raises HoldEnded."""
        return self._end(hold, TransferKind.EXPIRE, 0)

    def _end(self, hold: Hold, kind: TransferKind, spent: int) -> Transfer:
        try:
            return self.transfer(hold.ending(kind, spent))
        except KeyReused:
            raise HoldEnded("A hold can be ended only once.") from None

    def _move(
        self,
        amount: int,
        kind: TransferKind,
        accounts: tuple[Account, Account],
        *,
        owner_id: UUID,
        cause: Cause,
    ) -> Transfer:
        request = TransferRequest.between(amount, kind, accounts, owner_id=owner_id, cause=cause)
        return self.transfer(request)


@dataclass(frozen=True, slots=True)
class BalanceService:
    """Balances and statements of the caller."""

    repository: LedgerRepository
    deposits: PendingDeposits
    unit_of_work: UnitOfWork

    def get(self, caller: Principal) -> Balance:
        """The caller's balances, with pending deposits, as of one moment."""
        with self.unit_of_work(caller.user_id):
            balance = self.repository.get_balance(caller.user_id)
            return replace(balance, pending=self.deposits.pending(caller.user_id))

    def list_entries(self, caller: Principal, page: PageRequest) -> Page[Entry]:
        """A page of the caller's statement. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.repository.list_entries(caller.user_id, page)
            total = self.repository.count_entries(caller.user_id) if page.total else None
        return Page.of(
            found, page, lambda entry: entry.cursor_id, value_of=lambda one, _: one.at, total=total
        )


@dataclass(frozen=True, slots=True)
class HoldExpiryService:
    """Releases holds that were neither settled nor released before they expired."""

    ledger: LedgerService
    unit_of_work: UnitOfWork

    def release_expired(self, now: datetime) -> int:
        """The number of holds released; a hold that is settled concurrently stays settled."""
        released = 0
        for _ in range(EXPIRED_BATCHES_MAX):
            with self.unit_of_work(SYSTEM):
                found = self.ledger.repository.list_expired_holds(now, EXPIRED_BATCH)
            released += sum(self._release(hold) for hold in found)
            if len(found) < EXPIRED_BATCH:
                break
        return released

    def _release(self, hold: Hold) -> bool:
        # One transaction per hold: one that has just been settled does not stop the others.
        try:
            with self.unit_of_work(SYSTEM):
                self.ledger.expire(hold)
        except HoldEnded:
            return False
        return True


@dataclass(frozen=True, slots=True)
class AuditService:
    """Verifies that all balances and holds agree with the postings."""

    repository: LedgerRepository
    metrics: LedgerMetrics
    unit_of_work: UnitOfWork
    now: Clock

    def verify(self) -> Audit:
        """Recompute everything from the postings; the differences."""
        with self.unit_of_work(SYSTEM):
            return self.repository.audit()

    def verify_and_record(self) -> dict[str, int]:
        """Verify, and record the metrics; a summary for the log."""
        at = self.now()
        with self.unit_of_work(SYSTEM):
            audit = self.repository.audit()
            self.repository.keep_figures(audit, at)
        self.metrics.record(audit)
        return {"transfers": audit.transfers, "differences": len(audit.differences)}
