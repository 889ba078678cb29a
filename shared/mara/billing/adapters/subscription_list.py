"""The administrators' list of subscriptions in PostgreSQL."""

from sqlalchemy import select

from mara.billing.adapters.records import subscription_of
from mara.billing.adapters.tables import plan_versions, plans, subscriptions
from mara.billing.adapters.versions import load_versions
from mara.billing.model.subscription_listing import SubscriptionFilter, SubscriptionListing
from mara.kernel.page import PageRequest
from mara.platform.sql import equals_if_given
from mara.platform.sql_lists import SortedList

LIST = SortedList.of(
    select(subscriptions)
    .join(plan_versions, plan_versions.c.id == subscriptions.c.version_id)
    .join(plans, plans.c.id == plan_versions.c.plan_id)
    .where(equals_if_given(subscriptions.c.state, "state"), equals_if_given(plans.c.code, "plan")),
    subscriptions.c.id,
    {},
)


class PostgresSubscriptionList:
    """Implements ``SubscriptionList``."""

    def list(self, wanted: SubscriptionFilter, page: PageRequest) -> list[SubscriptionListing]:
        """A page, and one item more if there is another page."""
        rows = LIST.fetch(page, state=wanted.state, plan=wanted.plan)
        ids = {row[name] for row in rows for name in ("version_id", "next_version_id")}
        versions = load_versions(ids - {None})
        return [
            SubscriptionListing(subscription_of(row, versions), row["set_aside_reason"])
            for row in rows
        ]

    def count(self, wanted: SubscriptionFilter) -> int:
        """The number of those that match."""
        return LIST.total(state=wanted.state, plan=wanted.plan)
