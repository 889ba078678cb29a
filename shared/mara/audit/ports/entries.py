"""The port of the list of deeds."""

from collections.abc import Sequence
from typing import Protocol

from mara.audit.model.listing import AuditFilter, RecordedDeed
from mara.kernel.page import PageRequest


class AuditEntries(Protocol):
    """The deeds of all users, with what is left of their details."""

    def list(self, wanted: AuditFilter, page: PageRequest) -> Sequence[RecordedDeed]:
        """A page by id, and one more if there are more. Raises InvalidCursor."""

    def count(self, wanted: AuditFilter) -> int:
        """How many match."""
