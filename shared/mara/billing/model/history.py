"""The history of a user's subscriptions, as it is stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.billing.model.periods import Period
from mara.billing.model.subscription import EndReason, State


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An event of a subscription, number ``number`` of it, and what held after it.

    ``position`` is its place among the events of all users. ``at`` is billing time, ``recorded_at``
    real time; they differ in the local stage only. Monthly revenue is in micro-USDT. ``actor_id``
    is None for what the schedule did.
    """

    position: int
    subscription_id: UUID
    number: int
    kind: str
    state: State
    end_reason: EndReason | None
    plan: str
    version: int
    monthly_before: int
    monthly_after: int
    period: Period | None
    invoice_id: UUID | None
    actor_id: UUID | None
    at: datetime
    recorded_at: datetime

    @property
    def cursor_id(self) -> UUID:
        """The position as the id of a page's cursor."""
        return UUID(int=self.position)
