"""Charging: renews, charges what is overdue, and ends what was not paid, in batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.billing.model.account import Account
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.charging import advance
from mara.billing.model.reminders import DEFAULT_REMINDERS, Reminders
from mara.billing.ports import BillingMetrics
from mara.billing.service.accounts import AccountBooks
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

BATCH_MAX: Final = 1000
TICK_MAX: Final = timedelta(seconds=40)
"""How long a tick begins further batches; what is left is done by the next one."""
RETRY_AFTER: Final = timedelta(hours=1)
"""How long a subscription that cannot be charged because of an internal error is set aside."""

LockBatch = Callable[[datetime, int, Account | None], Sequence[Account]]


@dataclass(frozen=True, slots=True)
class ChargingService:
    """Does what is due; two that run at once skip each other's rows.

    The tables of deposits and balances decide, so a lost or repeated message changes nothing.
    """

    books: AccountBooks
    unit_of_work: UnitOfWork
    now: Clock
    metrics: BillingMetrics
    reminders: Reminders = DEFAULT_REMINDERS
    batch: int = BATCH_MAX

    def charge_due(self) -> dict[str, int]:
        """Do everything that is due now, oldest first; a summary for the log.

        Each account is changed at most once. One that fails because of an internal error is set
        aside with its reason, and stops no other.
        """
        tally, ends_at = _Tally(), self.now() + TICK_MAX
        for lock in (self.books.accounts.lock_due, self.books.accounts.lock_covered):
            self._charge_all(lock, ends_at, tally)
        self.metrics.record(tally.set_aside)
        return tally.summary()

    def charge_owner(self, owner_id: UUID) -> bool:
        """Do what is due for one user; waits for the row. Whether anything changed."""
        at = self.now()
        with self.unit_of_work(SYSTEM):
            account = self.books.accounts.lock_of(owner_id, at)
            return account is not None and self._advance([account], at) > 0

    def _charge_all(self, lock: LockBatch, ends_at: datetime, tally: "_Tally") -> None:
        last: Account | None = None
        while (at := self.now()) < ends_at:
            accounts: Sequence[Account] = ()
            try:
                with self.unit_of_work(SYSTEM):
                    accounts = lock(at, self.batch, last)
                    tally.changed += self._advance(accounts, at)
            except Exception as error:
                if not accounts:
                    raise
                # Nothing of the batch was written: its halves find the faulty account.
                self._halve([account.subscription.id for account in accounts], error, tally)
            tally.looked_at += len(accounts)
            if len(accounts) < self.batch:
                return
            last = accounts[-1]

    def _advance(self, accounts: Sequence[Account], at: datetime) -> int:
        filled = self.books.fill(accounts, at)
        change_sets = [ChangeSet(account, self.books.new_id) for account in filled]
        for change_set in change_sets:
            advance(change_set, self.reminders)
        self.books.write(change_sets, at)
        return sum(change_set.is_changed for change_set in change_sets)

    def _halve(self, ids: Sequence[UUID], error: Exception, tally: "_Tally") -> None:
        if len(ids) == 1:
            self._set_aside(ids[0], error)
            tally.set_aside += 1
            return
        middle = len(ids) // 2
        for part in (ids[:middle], ids[middle:]):
            at = self.now()
            try:
                with self.unit_of_work(SYSTEM):
                    accounts = self.books.accounts.lock_some(part, at)
                    tally.changed += self._advance(accounts, at)
            except Exception as part_error:  # noqa: BLE001 - it is stored with the account
                self._halve(part, part_error, tally)

    def _set_aside(self, subscription_id: UUID, error: Exception) -> None:
        with self.unit_of_work(SYSTEM):
            self.books.accounts.set_aside(
                subscription_id, f"{type(error).__name__}: {error}", self.now() + RETRY_AFTER
            )


@dataclass
class _Tally:
    looked_at: int = 0
    changed: int = 0
    set_aside: int = 0

    def summary(self) -> dict[str, int]:
        """The figures for the log."""
        return {"looked_at": self.looked_at, "changed": self.changed, "set_aside": self.set_aside}
