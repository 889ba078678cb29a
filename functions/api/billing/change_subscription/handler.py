"""POST /api/v1/subscriptions/my/change - change the plan, now or at the end of the period.

Now charges the rest of the period on the new plan less the unused part of the old one. `preview`
shows the lines; sent again with its `as_of` within 15 minutes, exactly those lines are posted. A
change to another interval begins a new period: `refundable` is what a cancellation then gives back
at most.
"""

from mara.billing.schemas.subscription_changes import PlanChangeRequestIn, SubscriptionActionOut
from mara.billing.schemas.subscriptions import SubscriptionOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.language_parameters import CallerLocale
from mara.entrypoints.principal import Caller
from mara.wiring.payments import where_to_pay
from mara.wiring.subscriptions import subscription_overview_service, subscription_service

app = api(access=USER)


@app.post("/api/v1/subscriptions/my/change")
async def change_subscription(
    body: PlanChangeRequestIn, caller: Caller, locale: CallerLocale
) -> SubscriptionActionOut:
    with where_to_pay(caller):
        result = subscription_service().change(caller, body.to_change(), preview=body.preview)
    stored = SubscriptionOut.of(subscription_overview_service().get(caller), locale)
    return SubscriptionActionOut.of(result, stored, is_preview=body.preview)


handler = lambda_handler(app)
