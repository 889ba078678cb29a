"""PATCH /api/v1/subscriptions/my - limit what overage costs in a usage period.

The limit is 0 at first: use beyond the allowances is refused until the caller allows it.
"""

from mara.billing.schemas.subscriptions import OverageLimitIn, SubscriptionOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.subscriptions import subscription_overview_service, subscription_service

app = api(access=USER)


@app.patch("/api/v1/subscriptions/my")
async def limit_overage(
    body: OverageLimitIn, caller: Caller, locale: CallerLocale
) -> SubscriptionOut:
    subscription_service().limit_overage(caller, body.overage_limit)
    return SubscriptionOut.of(subscription_overview_service().get(caller), locale)


handler = lambda_handler(app)
