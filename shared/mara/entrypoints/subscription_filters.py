"""The filters of the administrators' list of subscriptions."""

from typing import Annotated

from fastapi import Depends, Query

from mara.billing.model.subscription import State
from mara.billing.model.subscription_listing import SubscriptionFilter


async def _filter(
    state: Annotated[
        State | None, Query(description="Only those in this state.", examples=["past_due"])
    ] = None,
    plan: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=40,
            pattern=r"^[a-z0-9-]+$",
            description="Only those on the plan with this code.",
            examples=["team"],
        ),
    ] = None,
) -> SubscriptionFilter:
    return SubscriptionFilter(state, plan)


WantedSubscriptions = Annotated[SubscriptionFilter, Depends(_filter)]
"""The conditions of the list, as a parameter of a route."""
