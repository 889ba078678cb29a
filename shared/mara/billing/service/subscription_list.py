"""The administrators' list of subscriptions."""

from dataclasses import dataclass

from mara.billing.model.subscription_listing import SubscriptionFilter, SubscriptionListing
from mara.billing.ports.subscription_list import SubscriptionList
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class SubscriptionListService:
    """Lists the subscriptions of all users; the frame has checked the caller's role."""

    subscriptions: SubscriptionList
    unit_of_work: UnitOfWork

    def list(
        self, _caller: Principal, wanted: SubscriptionFilter, page: PageRequest
    ) -> Page[SubscriptionListing]:
        """A page of matching subscriptions. Raises InvalidCursor."""
        with self.unit_of_work(SYSTEM):
            found = self.subscriptions.list(wanted, page)
            total = self.subscriptions.count(wanted) if page.total else None
        return Page.of(found, page, lambda one: one.subscription.id, total=total)
