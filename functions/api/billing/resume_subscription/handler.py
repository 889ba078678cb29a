"""POST /api/v1/subscriptions/my/resume - resume the caller's cancelled subscription.

That is possible until the cancellation takes effect, at the end of the trial or period.
"""

from mara.billing.schemas.subscriptions import SubscriptionOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.subscriptions import subscription_overview_service, subscription_service

app = api(access=USER)


@app.post("/api/v1/subscriptions/my/resume")
async def resume_subscription(caller: Caller, locale: CallerLocale) -> SubscriptionOut:
    subscription_service().resume(caller)
    return SubscriptionOut.of(subscription_overview_service().get(caller), locale)


handler = lambda_handler(app)
