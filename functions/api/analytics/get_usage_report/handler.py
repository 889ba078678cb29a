"""GET /api/v1/analytics/usage - get what all users use, and what it earns and costs.

By day, week or month. `?format=csv`, or an `Accept` that prefers `text/csv`, answers a table.
"""

from fastapi import Response

from mara.analytics.schemas import UsageQuery, UsageReportOut, table_of
from mara.entrypoints.csv_response import CSV_RESPONSES, WantsCsv, csv_response
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.wiring.use_figures import usage_report_service

app = api(access=ADMIN)


@app.get("/api/v1/analytics/usage", response_model=UsageReportOut, responses=CSV_RESPONSES)
async def get_usage_report(query: UsageQuery, is_csv: WantsCsv) -> UsageReportOut | Response:
    report = UsageReportOut.of(usage_report_service().report(query))
    if not is_csv:
        return report
    header, rows = table_of(report.items)
    return csv_response(header, rows, filename="usage.csv")


handler = lambda_handler(app)
