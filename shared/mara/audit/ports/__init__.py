"""Ports of the audit: the log of deeds here, the chain of its rows in ``chain``."""

from typing import Protocol

from mara.audit.model.deed import Deed


class AuditLog(Protocol):
    """Works in the transaction that is open: a deed that is rolled back leaves no row."""

    def record(self, deed: Deed) -> None:
        """Add a row. It waits for no other transaction: a schedule adds rows to the chain later.

        A user's scope may record deeds on that user only.
        """
