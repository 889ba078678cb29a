"""GET /api/v1/analytics/cohorts - get how many users stay, by the month of their first payment.

A cohort is the users whose first paid period began in a month of the range; the share of those with
MRR is given at the end of each month. `?format=csv`, or an `Accept` that prefers `text/csv`,
answers a table.
"""

from fastapi import Response

from mara.analytics.schemas import COHORT_COLUMNS, CohortListOut, CohortQuery
from mara.entrypoints.csv_response import CSV_RESPONSES, WantsCsv, csv_response
from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.wiring.use_figures import cohort_service

app = api(access=ADMIN)


@app.get("/api/v1/analytics/cohorts", response_model=CohortListOut, responses=CSV_RESPONSES)
async def get_cohorts(query: CohortQuery, is_csv: WantsCsv) -> CohortListOut | Response:
    report = CohortListOut.of(cohort_service().report(query))
    if not is_csv:
        return report
    return csv_response(COHORT_COLUMNS, report.rows(), filename="cohorts.csv")


handler = lambda_handler(app)
