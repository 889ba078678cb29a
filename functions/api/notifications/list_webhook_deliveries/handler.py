"""GET /api/v1/webhooks/{webhook_id}/deliveries - list what was sent, and what waits or failed.

Deliveries are kept for 30 days. The list is paged: send `next_cursor` of a page as `cursor` of the
next request.
"""

from uuid import UUID

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import NEWEST, DateSort, Listed, page_out
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhook_deliveries import DeliveryOut, WantedDeliveryState
from mara.wiring.webhooks import delivery_service

app = api(access=USER)


@app.get("/api/v1/webhooks/{webhook_id}/deliveries")
async def list_webhook_deliveries(
    webhook_id: UUID,
    caller: Caller,
    listed: Listed,
    *,
    state: WantedDeliveryState = None,
    sort: DateSort = NEWEST,
) -> PageOut[DeliveryOut]:
    request = listed.request(sort, state=state)
    return page_out(delivery_service().list(caller, webhook_id, request), DeliveryOut.of)


handler = lambda_handler(app)
