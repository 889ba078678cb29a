"""Request and response bodies of analytics."""

from mara.analytics.schemas.queries import ReportQuery
from mara.analytics.schemas.revenue import RevenueOut
from mara.analytics.schemas.tables import table_of

__all__ = ["ReportQuery", "RevenueOut", "table_of"]
