"""GET /api/v1/subscriptions/my/events - list the caller's subscription events, newest first.

Events are never changed or deleted.
"""

from mara.billing.schemas.history import SubscriptionEventOut
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.subscriptions import subscription_history_service

app = api(access=USER)


@app.get("/api/v1/subscriptions/my/events")
async def list_subscription_events(caller: Caller, listed: Listed) -> PageOut[SubscriptionEventOut]:
    page = subscription_history_service().list(caller, listed.request())
    return page_out(page, SubscriptionEventOut.of)


handler = lambda_handler(app)
