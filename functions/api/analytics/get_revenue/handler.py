"""GET /api/v1/analytics/revenue - get the revenue of the platform by day, week or month.

MRR and its movements come from the events of subscriptions, in billing time; money comes from the
ledger. `?format=csv` answers a table, `?format=svg` a chart of the movements of MRR and of the
revenue of each day, in the language of `Accept-Language`; so does an `Accept` that prefers them.
"""

from fastapi import Response

from mara.analytics.schemas import ReportQuery, RevenueOut, table_of
from mara.entrypoints.chart_format import (
    CHART_RESPONSES,
    CallerLocale,
    WantedFormat,
    svg_response,
)
from mara.entrypoints.csv_response import csv_response
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.wiring.analytics import revenue_service

app = api(access=ADMIN)


@app.get("/api/v1/analytics/revenue", response_model=RevenueOut, responses=CHART_RESPONSES)
async def get_revenue(
    query: ReportQuery, wanted: WantedFormat, locale: CallerLocale
) -> RevenueOut | Response:
    if wanted == "svg":
        return svg_response(revenue_service().draw(query, locale), locale)
    report = RevenueOut.of(revenue_service().report(query))
    if wanted == "json":
        return report
    header, rows = table_of(report.items)
    return csv_response(header, rows, filename="revenue.csv")


handler = lambda_handler(app)
