"""GET /api/v1/users/me/export - export all data of the caller as a ZIP file.

The first request starts the export; ask again until the state is `done` and there is a link. The
file is kept for 24 hours, and then another request starts another export, as `afresh=true` does
before, once an hour at most. An export that failed stays so until `afresh=true`. The file has one
JSON Lines file for each table, the documents and the invoices; no secrets.
"""

from typing import Annotated

from fastapi import Query, Response

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.erasure.model.data_job import JobState
from mara.erasure.schemas import ExportOut
from mara.wiring.erasure import export_requests

app = api(access=USER)
Afresh = Annotated[
    bool,
    Query(description="Whether to export again though a file is kept, or the last export failed."),
]


@app.get("/api/v1/users/me/export", status_code=202, responses={200: {"model": ExportOut}})
async def export_user_data(
    response: Response,
    caller: Caller,
    afresh: Afresh = False,  # noqa: FBT002 - a parameter of the query
) -> ExportOut:
    job, url = export_requests().request(caller, afresh=afresh)
    response.status_code = 200 if job.state is JobState.DONE else 202
    return ExportOut.of(job, url)


handler = lambda_handler(app)
