"""The query parameters of reports."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from mara.analytics.model.timeline import DAYS_MAX, BucketSize
from mara.analytics.service.revenue import ReportRequest

FirstDay = Annotated[
    date | None,
    Query(
        alias="from",
        description="First day, UTC; by default the first of the month eleven months before.",
        examples=["2026-01-01"],
    ),
]
EndDay = Annotated[
    date | None,
    Query(
        description=f"The day after the last one, UTC; at most {DAYS_MAX} days after `from`. By "
        "default tomorrow.",
        examples=["2027-01-01"],
    ),
]
Size = Annotated[
    BucketSize,
    Query(
        description="Length of a bucket. Weeks begin on Monday; the first and the last bucket are "
        "cut off where the range is.",
        examples=["month"],
    ),
]
PlanCode = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Code of a plan, for its figures alone: who comes from another plan is new "
        "or reactivated, and who leaves for another one is churn.",
        examples=["team"],
    ),
]


async def _report_query(
    first: FirstDay = None,
    to: EndDay = None,
    by: Size = BucketSize.MONTH,
    plan: PlanCode = None,
) -> ReportRequest:
    return ReportRequest(first, to, by, plan)


async def _usage_query(
    first: FirstDay = None, to: EndDay = None, by: Size = BucketSize.MONTH
) -> ReportRequest:
    return ReportRequest(first, to, by)


async def _cohort_query(first: FirstDay = None, to: EndDay = None) -> ReportRequest:
    return ReportRequest(first, to)


ReportQuery = Annotated[ReportRequest, Depends(_report_query)]
"""Days, buckets and plan of a report, as a parameter of a route."""
UsageQuery = Annotated[ReportRequest, Depends(_usage_query)]
"""Days and buckets of a report of use."""
CohortQuery = Annotated[ReportRequest, Depends(_cohort_query)]
"""Days of a report of cohorts."""
