"""The port of the administrators' list of subscriptions."""

from collections.abc import Sequence
from typing import Protocol

from mara.billing.model.subscription_listing import SubscriptionFilter, SubscriptionListing
from mara.kernel.page import PageRequest


class SubscriptionList(Protocol):
    """The subscriptions of all users."""

    def list(self, wanted: SubscriptionFilter, page: PageRequest) -> Sequence[SubscriptionListing]:
        """A page, and one item more if there is another page. Raises InvalidCursor."""

    def count(self, wanted: SubscriptionFilter) -> int:
        """The number of those that match."""
