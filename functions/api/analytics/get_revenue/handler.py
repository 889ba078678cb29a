"""GET /api/v1/analytics/revenue - get the revenue of the platform by day, week or month.

MRR and its movements come from the events of subscriptions, in billing time; money comes from the
ledger. `?format=csv`, or an `Accept` that prefers `text/csv`, answers a table.
"""

from fastapi import Response

from mara.analytics.schemas import ReportQuery, RevenueOut, table_of
from mara.entrypoints.csv_response import CSV_RESPONSES, WantsCsv, csv_response
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.wiring.analytics import revenue_service

app = api(access=ADMIN)


@app.get("/api/v1/analytics/revenue", response_model=RevenueOut, responses=CSV_RESPONSES)
async def get_revenue(query: ReportQuery, is_csv: WantsCsv) -> RevenueOut | Response:
    report = RevenueOut.of(revenue_service().report(query))
    if not is_csv:
        return report
    header, rows = table_of(report.items)
    return csv_response(header, rows, filename="revenue.csv")


handler = lambda_handler(app)
