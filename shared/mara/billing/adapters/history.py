"""The history of subscriptions, read from ``subscription_events``."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select

from mara.billing.adapters.records import period_of
from mara.billing.adapters.tables import plan_versions, plans, subscription_events
from mara.billing.model.history import HistoryEntry
from mara.billing.model.subscription import EndReason, State
from mara.kernel.page import PageRequest
from mara.platform.sql_lists import SortedList, number_of_cursor

_events = subscription_events.c
HISTORY = SortedList.of(
    select(
        subscription_events,
        plans.c.code.label("plan"),
        plan_versions.c.number.label("version"),
    )
    .join(plan_versions, plan_versions.c.id == _events.version_id)
    .join(plans, plans.c.id == plan_versions.c.plan_id)
    .where(_events.owner_id == bindparam("owner_id")),
    _events.position,
    {},
    key_of=number_of_cursor,
)


class PostgresSubscriptionHistory:
    """Implements ``SubscriptionHistory``."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[HistoryEntry]:
        """The owner's events, newest first; one more than the page's limit if there are more."""
        return [
            HistoryEntry(
                position=row["position"],
                subscription_id=row["subscription_id"],
                number=row["number"],
                kind=row["kind"],
                state=State(row["state"]),
                end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
                plan=row["plan"],
                version=row["version"],
                monthly_before=row["monthly_before"],
                monthly_after=row["monthly_after"],
                period=period_of(row),
                invoice_id=row["invoice_id"],
                actor_id=row["actor_id"],
                at=row["at"],
                recorded_at=row["recorded_at"],
            )
            for row in HISTORY.fetch(page, owner_id=owner_id)
        ]

    def count(self, owner_id: UUID) -> int:
        """The number of the owner's events."""
        return HISTORY.total(owner_id=owner_id)
