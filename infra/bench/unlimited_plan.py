"""A hidden plan without limits on the local stack, for accounts that produce load."""

from contextlib import suppress
from typing import Final

from infra.local.api_client import Api
from infra.local.environment import point_to_the_local_cloud

CODE: Final = "unlimited-bench"


def subscribe(api: Api) -> None:
    """Subscribe the account of ``api`` to it; the plan is created once."""
    point_to_the_local_cloud()
    from mara.billing.errors import PlanCodeTaken
    from mara.billing.model.meters import Feature, Meter
    from mara.billing.model.periods import MONTHLY
    from mara.billing.model.plan import PlanTerms, Visibility
    from mara.billing.service.plans import PlanDraft
    from mara.wiring.plans import plan_service

    terms = PlanTerms(
        price=0,
        interval=MONTHLY,
        allowances=dict.fromkeys(Meter),
        overage_prices={},
        features=frozenset(Feature),
    )
    names = {"ru": "Без ограничений", "en": "Unlimited"}
    with suppress(PlanCodeTaken):
        plan_service().create(PlanDraft(CODE, names, Visibility.HIDDEN, terms))
    api.call("POST", "/subscriptions", json={"plan": CODE})
