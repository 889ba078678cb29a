"""The audit in memory, with transactions that commit or roll back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.model.entry import AuditEntry, EntryDetail, entry_of
from mara.audit.model.listing import AuditFilter, RecordedDeed
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from tests.support.fakes.pages import cut

ERASED = AuditAction.ACCOUNT_ERASED
SALT = b"salt" * 8


class AuditTables(Protocol):
    audit_rows: dict[UUID, AuditEntry]
    audit_details: dict[UUID, EntryDetail]


class HasTables(Protocol):
    @property
    def tables(self) -> Any: ...


class FakeAuditEntries:
    """Implements ``AuditEntries``. It has no chain, so that no deed has a position."""

    def __init__(self, database: HasTables) -> None:
        self._database = database

    def list(self, wanted: AuditFilter, page: PageRequest) -> Sequence[RecordedDeed]:
        return cut(self._wanted(wanted), page, id_of=lambda one: one.entry.id)

    def count(self, wanted: AuditFilter) -> int:
        return len(self._wanted(wanted))

    def _wanted(self, wanted: AuditFilter) -> Sequence[RecordedDeed]:
        tables: AuditTables = self._database.tables
        found = [one for one in tables.audit_rows.values() if _matches(one, wanted)]
        details = [tables.audit_details.get(one.id) for one in found]
        erasures = [one for one in tables.audit_rows.values() if one.action == ERASED]
        erased = {one.owner_id for one in erasures}
        return [
            RecordedDeed(entry, None, detail.content if detail else None, entry.owner_id in erased)
            for entry, detail in zip(found, details, strict=True)
        ]


def _matches(entry: AuditEntry, wanted: AuditFilter) -> bool:
    return (
        wanted.actor_id in (None, entry.actor_id)
        and wanted.owner_id in (None, entry.owner_id)
        and wanted.action in (None, entry.action)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
    )


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
