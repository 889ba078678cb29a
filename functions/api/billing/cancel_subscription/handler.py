"""POST /api/v1/subscriptions/my/cancel - cancel the caller's subscription.

At the end of the period nothing is given back. With `now` the unused part of what was paid returns
to the balance by a credit note; `preview` shows how much.
"""

from mara.billing.schemas.subscription_changes import CancellationIn, SubscriptionActionOut
from mara.billing.schemas.subscriptions import SubscriptionOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.subscriptions import subscription_overview_service, subscription_service

app = api(access=USER)


@app.post("/api/v1/subscriptions/my/cancel")
async def cancel_subscription(
    body: CancellationIn, caller: Caller, locale: CallerLocale
) -> SubscriptionActionOut:
    result = subscription_service().cancel(
        caller, immediately=body.now, preview=body.preview, as_of=body.as_of
    )
    stored = SubscriptionOut.of(subscription_overview_service().get(caller), locale)
    return SubscriptionActionOut.of(result, stored, is_preview=body.preview)


handler = lambda_handler(app)
