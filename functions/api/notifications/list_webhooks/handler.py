"""GET /api/v1/webhooks - list the caller's outgoing webhooks, without their secrets.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import NEWEST, DateSort, Listed, page_out
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.webhooks import WebhookOut
from mara.wiring.webhooks import webhook_service

app = api(access=USER)


@app.get("/api/v1/webhooks")
async def list_webhooks(
    caller: Caller, listed: Listed, sort: DateSort = NEWEST
) -> PageOut[WebhookOut]:
    return page_out(webhook_service().list(caller, listed.request(sort)), WebhookOut.of)


handler = lambda_handler(app)
