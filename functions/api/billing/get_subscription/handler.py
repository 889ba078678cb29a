"""GET /api/v1/subscriptions/my - get the caller's subscription.

It tells what holds, what is charged next, and what to pay, where and until when. Without a
subscription, the default plan holds and `state` is `default`.
"""

from mara.billing.schemas.subscriptions import SubscriptionOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.subscriptions import subscription_overview_service

app = api(access=USER)


@app.get("/api/v1/subscriptions/my")
async def get_subscription(caller: Caller, locale: CallerLocale) -> SubscriptionOut:
    return SubscriptionOut.of(subscription_overview_service().get(caller), locale)


handler = lambda_handler(app)
