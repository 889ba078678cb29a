"""The audit in memory, with transactions that commit or roll back."""

from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from mara.audit.model.deed import Deed
from mara.audit.model.entry import AuditEntry, EntryDetail, entry_of
from mara.kernel.ids import new_id

SALT = b"salt" * 8


class AuditTables(Protocol):
    audit_rows: dict[UUID, AuditEntry]
    audit_details: dict[UUID, EntryDetail]


class HasTables(Protocol):
    @property
    def tables(self) -> Any: ...


class FakeAuditLog:
    """Implements ``AuditLog`` in the tables of any fake database."""

    def __init__(self, database: HasTables) -> None:
        self._database = database

    @property
    def _tables(self) -> AuditTables:
        tables: AuditTables = self._database.tables
        return tables

    def record(self, deed: Deed) -> None:
        entry, detail = entry_of(deed, new_id(), datetime.now(UTC), SALT)
        self._tables.audit_rows[entry.id] = entry
        if detail:
            self._tables.audit_details[entry.id] = detail

    def forget(self, owner_id: UUID) -> int:
        details = self._tables.audit_details
        found = [key for key, detail in details.items() if detail.owner_id == owner_id]
        for key in found:
            del details[key]
        return len(found)
