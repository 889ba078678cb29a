"""Request and response bodies of analytics."""

from mara.analytics.schemas.cohorts import COHORT_COLUMNS, CohortListOut
from mara.analytics.schemas.queries import CohortQuery, ReportQuery, UsageQuery
from mara.analytics.schemas.revenue import RevenueOut
from mara.analytics.schemas.tables import table_of
from mara.analytics.schemas.usage import UsageReportOut

__all__ = [
    "COHORT_COLUMNS",
    "CohortListOut",
    "CohortQuery",
    "ReportQuery",
    "RevenueOut",
    "UsageQuery",
    "UsageReportOut",
    "table_of",
]
