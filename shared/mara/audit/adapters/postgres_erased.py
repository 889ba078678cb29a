"""Which accounts were erased, as the audit itself recorded it.

Rows of the audit are never deleted, and the chain covers them: so an erasure that is made up to
explain a detail that was deleted stays visible.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from mara.audit.model.deed import AuditAction
from mara.platform.database import connection
from mara.platform.sql import Row

ERASED: Final = """
    SELECT DISTINCT owner_id FROM audit_rows
    WHERE owner_id = ANY(%(owner_ids)s) AND action = %(action)s
"""


def erased_owners(rows: Iterable[Row]) -> set[UUID]:
    """Return the erased ones of the accounts whose rows lack the ``content`` of their detail."""
    lacking = {
        row["owner_id"]
        for row in rows
        if row["content"] is None and row["detail_mac"] is not None and row["owner_id"] is not None
    }
    if not lacking:
        return set()
    parameters = {"owner_ids": list(lacking), "action": str(AuditAction.ACCOUNT_ERASED)}
    return {owner_id for (owner_id,) in connection().execute(ERASED, parameters).fetchall()}
