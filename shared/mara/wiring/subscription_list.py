"""Builds the administrators' list of subscriptions."""

from functools import cache

from mara.billing.adapters.subscription_list import PostgresSubscriptionList
from mara.billing.service.subscription_list import SubscriptionListService
from mara.platform.database import transaction


@cache
def subscription_list_service() -> SubscriptionListService:
    """The subscriptions of all users."""
    return SubscriptionListService(PostgresSubscriptionList(), transaction)
