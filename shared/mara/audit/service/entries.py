"""The administrators' list of deeds."""

from dataclasses import dataclass

from mara.audit.model.listing import AuditFilter, RecordedDeed
from mara.audit.ports.entries import AuditEntries
from mara.kernel.page import Page, PageRequest
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class AuditListService:
    """Lists the deeds of all users; the frame has checked the caller's role."""

    entries: AuditEntries
    unit_of_work: UnitOfWork

    def list(self, wanted: AuditFilter, page: PageRequest) -> Page[RecordedDeed]:
        """A page of matching deeds. Raises InvalidCursor."""
        with self.unit_of_work(SYSTEM):
            found = self.entries.list(wanted, page)
            total = self.entries.count(wanted) if page.total else None
        return Page.of(found, page, lambda one: one.entry.id, total=total)
