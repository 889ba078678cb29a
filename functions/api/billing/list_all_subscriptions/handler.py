"""GET /api/v1/admin/subscriptions - list the subscriptions of all users, newest first.

`set_aside_reason` is why the last charge of one failed for a fault of the platform.
"""

from mara.billing.schemas.subscription_list import SubscriptionListedOut
from mara.entrypoints.http import ADMIN, PageOut, api, lambda_handler
from mara.entrypoints.lists import DateSort, Listed, page_out
from mara.entrypoints.principal import Caller
from mara.entrypoints.subscription_filters import WantedSubscriptions
from mara.wiring.subscription_list import subscription_list_service

app = api(access=ADMIN)


@app.get("/api/v1/admin/subscriptions")
async def list_all_subscriptions(
    caller: Caller, listed: Listed, wanted: WantedSubscriptions, sort: DateSort = "-created_at"
) -> PageOut[SubscriptionListedOut]:
    page = listed.request(sort, state=wanted.state, plan=wanted.plan)
    found = subscription_list_service().list(caller, wanted, page)
    return page_out(found, SubscriptionListedOut.of)


handler = lambda_handler(app)
