"""POST /api/v1/subscriptions - subscribe to a plan.

A balance that covers the price is charged at once. Otherwise the subscription is `incomplete` for
24 hours: `pay` says where to pay what is missing, and it becomes active by itself when that has
arrived. The caller's wallets are created on every network that is on.
"""

from mara.billing.schemas.subscriptions import SubscriptionIn, SubscriptionOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.subscriptions import subscription_overview_service, subscription_service
from mara.wiring.vault import vault_service
from mara.wiring.wallets import wallet_creation_service

app = api(access=USER)


@app.post("/api/v1/subscriptions", status_code=201)
async def subscribe(body: SubscriptionIn, caller: Caller, locale: CallerLocale) -> SubscriptionOut:
    # First, because it may fail: a subscription that waits for a payment has an address.
    wallet_creation_service(vault_service()).create_all(caller)
    subscription_service().subscribe(caller, body.plan, body.version)
    return SubscriptionOut.of(subscription_overview_service().get(caller), locale)


handler = lambda_handler(app)
