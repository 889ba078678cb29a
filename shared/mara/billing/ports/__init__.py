"""The ports of the billing domain: its repositories, and deposits in flight."""

from mara.billing.ports.accounts import Accounts
from mara.billing.ports.deposits import DepositsInFlight, FundsInFlight
from mara.billing.ports.plans import Plans
from mara.billing.ports.subscriptions import (
    BillingMetrics,
    CreditNotes,
    PeriodUsage,
    SubscriptionHistory,
    Trials,
)
from mara.billing.ports.usage import (
    Reservations,
    UsageCounters,
    UsageHolders,
    UsageInvoices,
    UsageLevels,
    UsageMetrics,
)

__all__ = [
    "Accounts",
    "BillingMetrics",
    "CreditNotes",
    "DepositsInFlight",
    "FundsInFlight",
    "PeriodUsage",
    "Plans",
    "Reservations",
    "SubscriptionHistory",
    "Trials",
    "UsageCounters",
    "UsageHolders",
    "UsageInvoices",
    "UsageLevels",
    "UsageMetrics",
]
