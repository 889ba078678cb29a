"""Credits by hand: superusers give them, and take back what is still there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.billing.errors import (
    CreditReversed,
    CreditSpent,
    CreditTooLarge,
    DailyCreditsReached,
)
from mara.billing.model.credit import Credit, CreditLimits
from mara.billing.ports.credits import Credits, UserLookup
from mara.kernel.clock import Clock
from mara.kernel.money import format_usdt
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.model import Cause
from mara.ledger.service import LedgerService
from mara.ledger.service.lots import LotService


@dataclass(frozen=True, slots=True)
class CreditService:
    """Every credit is a transfer of the ledger, with its reason and who gave it.

    It charges nothing: the next tick of charging finds who became covered, within a minute, as for
    any money that arrives. So a fault of a charge never hides that the credit was given.
    """

    credits: Credits
    users: UserLookup
    ledger: LedgerService
    lots: LotService
    limits: CreditLimits
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]
    audit: AuditLog

    def give(self, caller: Principal, user_id: UUID, amount: int, reason: str) -> Credit:
        """Give the user ``amount`` micro-USDT, which is spent like money that was paid in.

        Raises UserNotFound, CreditTooLarge, DailyCreditsReached, AccountFull.
        """
        at = self.now()
        if amount > self.limits.each:
            raise CreditTooLarge(f"One credit is at most {format_usdt(self.limits.each)} USDT.")
        with self.unit_of_work(SYSTEM):
            self.users.get(user_id)
            self._check_day(amount, at)
            credit = Credit(self.new_id(), user_id, amount, reason, caller.user_id, at)
            self.credits.add(credit)
            self.ledger.credit(user_id, amount, Cause(credit.key, str(credit.id)))
            self._record(AuditAction.CREDIT_GIVEN, credit)
        return credit

    def take_back(self, caller: Principal, user_id: UUID, credit_id: UUID, reason: str) -> Credit:
        """Take back what is left of a credit: neither spent, nor held, nor taken back before.

        Raises UserNotFound, CreditNotFound, CreditReversed, CreditSpent.
        """
        with self.unit_of_work(SYSTEM):
            self.users.get(user_id)
            self.credits.get(user_id, credit_id)
        self.lots.catch_up(user_id)
        with self.unit_of_work(SYSTEM):
            self.users.hold(user_id)
            available = self.ledger.lock_balances([user_id])[user_id].available
            credit = self.credits.get(user_id, credit_id)
            amount = min(self.lots.catch_up_here(user_id).left_of(str(credit_id)), available)
            if amount == 0:
                raise self._nothing_left(credit)
            actor_id, at = caller.user_id, self.now()
            reversal = Credit(self.new_id(), user_id, amount, reason, actor_id, at, credit_id)
            self.credits.add(reversal)
            self.ledger.reverse_credit(user_id, amount, Cause(reversal.key, str(credit_id)))
            self._record(AuditAction.CREDIT_TAKEN_BACK, reversal)
        return reversal

    def _record(self, action: AuditAction, credit: Credit) -> None:
        detail = {"amount": format_usdt(credit.amount), "reason": credit.reason}
        who = (credit.actor_id, credit.owner_id)
        self.audit.record(Deed(action, *who, "credit", credit.id, detail))

    def _check_day(self, amount: int, at: datetime) -> None:
        """Raise DailyCreditsReached if the credits of the day exceed the limit with this one."""
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        left = max(self.limits.per_day - self.credits.lock_sum_since(day), 0)
        if amount > left:
            raise DailyCreditsReached(
                f"{format_usdt(left)} USDT are left of today (UTC).", left=format_usdt(left)
            )

    def _nothing_left(self, credit: Credit) -> CreditReversed | CreditSpent:
        if self.credits.reversed_of(credit.id) == credit.amount:
            return CreditReversed("There is nothing left to take back.")
        return CreditSpent("What was spent or is held cannot be taken back.")
