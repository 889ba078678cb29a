"""Builds the reports of use and of cohorts from their production adapters."""

from functools import cache

from mara.analytics.adapters.cohorts import PostgresCohortRecords
from mara.analytics.adapters.revenue import PostgresRevenueRecords
from mara.analytics.adapters.usage import PostgresUsageRecords
from mara.analytics.service.cohorts import CohortService
from mara.analytics.service.usage import UsageReportService
from mara.platform.clock import now
from mara.platform.database import snapshot
from mara.platform.settings.analytics import analytics_settings


@cache
def usage_report_service() -> UsageReportService:
    """Reports of use, and of what it earns and costs."""
    return UsageReportService(
        PostgresUsageRecords(),
        PostgresRevenueRecords(),
        snapshot,
        now,
        analytics_settings().cost_per_1000_tokens,
    )


@cache
def cohort_service() -> CohortService:
    """Reports of cohorts."""
    return CohortService(PostgresCohortRecords(), snapshot, now)
