"""GET /api/v1/alerts/intakes - list the caller's intakes, newest first.

Each tells how many deliveries were stored and refused, and why the last one was refused. The list
is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.alerts.schemas.intakes import IntakeOut
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_service

app = api(access=USER)


@app.get("/api/v1/alerts/intakes")
async def list_intakes(caller: Caller, listed: Listed) -> PageOut[IntakeOut]:
    return page_out(intake_service().list(caller, listed.request()), IntakeOut.of)


handler = lambda_handler(app)
