"""Builds the clock of billing from its production adapters."""

from functools import cache

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.service.billing_clock import BillingClockService
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.settings.stage import StageSettings
from mara.wiring.billing import charging_service
from mara.wiring.metering import usage_invoice_service


@cache
def billing_clock_service() -> BillingClockService:
    """The billing time of tenants, which only the local stage moves."""
    settings = StageSettings()  # type: ignore[call-arg]  # from the environment
    return BillingClockService(
        PostgresAccounts(),
        charging_service(),
        usage_invoice_service(),
        transaction,
        now,
        settings.is_local,
    )
