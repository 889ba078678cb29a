"""The history of a user's subscriptions."""

from dataclasses import dataclass

from mara.billing.model.history import HistoryEntry
from mara.billing.ports import SubscriptionHistory
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SubscriptionHistoryService:
    """Reads the caller's events."""

    history: SubscriptionHistory
    unit_of_work: UnitOfWork

    def list(self, caller: Principal, page: PageRequest) -> Page[HistoryEntry]:
        """A page of the caller's events, newest first. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.history.list(caller.user_id, page)
            total = self.history.count(caller.user_id) if page.total else None
        return Page.of(found, page, lambda entry: entry.cursor_id, total=total)
