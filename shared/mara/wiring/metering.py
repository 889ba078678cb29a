"""Builds metering and what stands on its counters, from the production adapters."""

from collections.abc import Mapping
from functools import cache
from typing import Final
from uuid import UUID

from mara.agents.adapters.level_counts import AGENTS
from mara.billing.adapters.plans import PostgresPlans
from mara.billing.adapters.usage import (
    PostgresReservations,
    PostgresUsageCounters,
    PostgresUsageHolders,
)
from mara.billing.adapters.usage_invoices import PostgresUsageInvoices
from mara.billing.adapters.usage_levels import STORED_BYTES, PostgresUsageLevels
from mara.billing.adapters.usage_metrics import CloudWatchUsageMetrics
from mara.billing.model.meters import Meter
from mara.billing.service.features import FeatureService
from mara.billing.service.levels import LevelService
from mara.billing.service.metering import Metering
from mara.billing.service.period_usage import CountedPeriodUsage
from mara.billing.service.plan_advice import PlanAdvice
from mara.billing.service.reservation_expiry import ReservationExpiryService
from mara.billing.service.settlements import Settlements
from mara.billing.service.usage_book import UsageBook
from mara.billing.service.usage_invoices import UsageInvoiceService
from mara.billing.service.usage_overview import UsageOverviewService
from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.platform.database import asynchronous, transaction
from mara.platform.outbox import publish, publish_all
from mara.telegram.adapters.plan_level import BOTS
from mara.wiring.ledger import ledger_service
from mara.wiring.seller import seller

LEVEL_COUNTS: Final[Mapping[Meter, str]] = {
    Meter.STORED_MB: STORED_BYTES,
    Meter.AGENTS: AGENTS,
    Meter.BOTS: BOTS,
}
"""Queries that count what exists, for the recount of levels."""


@cache
def metering() -> Metering:
    """Reserve, settle and release; settlements stand in the caller's transaction."""
    settlements = Settlements(
        PostgresUsageHolders(),
        PostgresUsageCounters(),
        PostgresReservations(),
        ledger_service(),
        publish,
        CloudWatchUsageMetrics(),
        now,
    )
    return Metering(
        PostgresUsageHolders(),
        usage_book(),
        PostgresReservations(),
        settlements,
        _plan_advice(),
        ledger_service(),
        asynchronous,
        _renew,
        now,
        new_id,
    )


@cache
def feature_service() -> FeatureService:
    """What a plan contains, without its counters."""
    return FeatureService(PostgresUsageHolders(), _plan_advice(), transaction, now)


def _plan_advice() -> PlanAdvice:
    return PlanAdvice(PostgresPlans(), PostgresUsageHolders(), usage_book(), now)


def _renew(owner_id: UUID) -> bool:
    from mara.wiring.billing import charging_service

    return charging_service().charge_owner(owner_id)


@cache
def usage_book() -> UsageBook:
    """Counters, inside the caller's transaction."""
    return UsageBook(PostgresUsageCounters(), new_id)


@cache
def period_usage() -> CountedPeriodUsage:
    """The use of a usage period, for changes and cancellations."""
    return CountedPeriodUsage(usage_book(), now)


@cache
def reservation_expiry_service() -> ReservationExpiryService:
    """Expiry of reservations with their holds."""
    return ReservationExpiryService(
        PostgresReservations(), PostgresUsageCounters(), ledger_service(), transaction
    )


@cache
def usage_invoice_service() -> UsageInvoiceService:
    """Invoices of overage at the end of usage periods."""
    return UsageInvoiceService(
        PostgresUsageCounters(), PostgresUsageInvoices(seller()), transaction, publish_all, new_id
    )


@cache
def level_service() -> LevelService:
    """Levels of agents, bots and stored bytes."""
    return LevelService(
        PostgresUsageLevels(LEVEL_COUNTS),
        PostgresUsageHolders(),
        PostgresPlans(),
        transaction,
        CloudWatchUsageMetrics(),
        now,
    )


@cache
def usage_overview_service() -> UsageOverviewService:
    """What a user has used."""
    return UsageOverviewService(
        PostgresUsageHolders(), usage_book(), PostgresUsageLevels(LEVEL_COUNTS), transaction, now
    )
