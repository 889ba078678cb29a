"""The list of deeds in PostgreSQL."""

from functools import cache

from sqlalchemy import bindparam, select

from mara.audit.adapters.postgres_erased import erased_owners
from mara.audit.adapters.tables import audit_details, audit_rows
from mara.audit.model.entry import AuditEntry
from mara.audit.model.listing import AuditFilter, RecordedDeed
from mara.kernel.page import PageRequest
from mara.platform.sql import Row, take, values_of
from mara.platform.sql_lists import SortedList

ROW, DETAIL = audit_rows.c, audit_details.c
LISTED = select(audit_rows, DETAIL.content).outerjoin(audit_details, DETAIL.entry_id == ROW.id)
CONDITIONS = {
    "actor_id": ROW.actor_id == bindparam("actor_id"),
    "owner_id": ROW.owner_id == bindparam("owner_id"),
    "action": ROW.action == bindparam("action"),
    "since": ROW.at >= bindparam("since"),
    "until": ROW.at < bindparam("until"),
}


class PostgresAuditEntries:
    """Implements ``AuditEntries``."""

    def list(self, wanted: AuditFilter, page: PageRequest) -> list[RecordedDeed]:
        """A page, and one more if there are more."""
        given = _given(wanted)
        rows = _list(frozenset(given)).fetch(page, **given)
        erased = erased_owners(rows)
        return [_recorded(row, is_erased=row["owner_id"] in erased) for row in rows]

    def count(self, wanted: AuditFilter) -> int:
        """How many match."""
        given = _given(wanted)
        return _list(frozenset(given)).total(**given)


@cache
def _list(given: frozenset[str]) -> SortedList:
    """Only conditions that are given, so that also a plan for all values uses their indexes."""
    conditions = [CONDITIONS[name] for name in sorted(given)]
    return SortedList.of(LISTED.where(*conditions), ROW.id, {})


def _given(wanted: AuditFilter) -> Row:
    return {name: value for name, value in values_of(wanted).items() if value is not None}


def _recorded(row: Row, *, is_erased: bool) -> RecordedDeed:
    return RecordedDeed(take(AuditEntry, row), row["position"], row["content"], is_erased)
