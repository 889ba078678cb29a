"""GET /api/v1/alerts/intakes/{intake_id}/deliveries - list what came in, newest first.

Of a delivery with more than 500 alerts the others are counted by name. The list is paged: send
`next_cursor` of a page as `cursor` of the next request.
"""

from uuid import UUID

from mara.alerts.schemas.deliveries import IntakeDeliveryOut
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import intake_service

app = api(access=USER)


@app.get("/api/v1/alerts/intakes/{intake_id}/deliveries")
async def list_intake_deliveries(
    intake_id: UUID, caller: Caller, listed: Listed
) -> PageOut[IntakeDeliveryOut]:
    page = intake_service().list_deliveries(caller, intake_id, listed.request())
    return page_out(page, IntakeDeliveryOut.of)


handler = lambda_handler(app)
