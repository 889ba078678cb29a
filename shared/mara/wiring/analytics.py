"""Builds the services of analytics from their production adapters."""

from functools import cache

from mara.analytics.adapters.pygal_charts import PygalRevenueCharts
from mara.analytics.adapters.revenue import PostgresRevenueRecords
from mara.analytics.service.revenue import RevenueService
from mara.platform.clock import now
from mara.platform.database import snapshot


@cache
def revenue_service() -> RevenueService:
    """Reports of revenue, and their charts."""
    return RevenueService(PostgresRevenueRecords(), PygalRevenueCharts(), snapshot, now)
