"""A tenant's billing time, which the local stage can move forward."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.billing.errors import BillingClockFixed, InvalidAdvance
from mara.billing.ports import Accounts
from mara.billing.service.charging import ChargingService
from mara.billing.service.usage_invoices import UsageInvoiceService
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

STEP: Final = timedelta(days=1)
"""The time moves in steps, so that reminders, grace and renewals happen in their order."""
ADVANCE_MAX: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class BillingClockService:
    """Moves the billing time of one tenant; the time of others does not move."""

    accounts: Accounts
    charging: ChargingService
    usage_invoices: UsageInvoiceService
    unit_of_work: UnitOfWork
    now: Clock
    is_local: bool

    def advance(self, owner_id: UUID, by: timedelta) -> datetime:
        """Move the user's billing time, and do what became due; the new billing time.

        The user exists. Raises BillingClockFixed outside the local stage, InvalidAdvance.
        """
        if not self.is_local:
            raise BillingClockFixed("Only the local stage moves billing time.")
        if not timedelta(0) < by <= ADVANCE_MAX:
            raise InvalidAdvance(f"Advance by 1 second to {ADVANCE_MAX.days} days.")
        while by > timedelta(0):
            step = min(by, STEP)
            with self.unit_of_work(SYSTEM):
                self.accounts.shift_time(owner_id, step)
            self.charging.charge_owner(owner_id)
            by -= step
        at = self.now()
        self.usage_invoices.close_usage_periods(at)
        with self.unit_of_work(SYSTEM):
            return self.accounts.billing_time(owner_id, at)
