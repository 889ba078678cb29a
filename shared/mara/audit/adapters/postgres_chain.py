"""The chain of the audit in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update

from mara.audit.adapters.postgres_erased import erased_owners
from mara.audit.adapters.tables import audit_details, audit_rows
from mara.audit.model.chain import AuditHead, ChainLink
from mara.audit.model.deed import AuditAction
from mara.audit.model.entry import AuditEntry, EntryDetail
from mara.platform.database import connection
from mara.platform.sql import Row, execute, fetch_all, fetch_one, fetch_value, take

ROW, DETAIL = audit_rows.c, audit_details.c
# Writers of deeds take no such lock: only runs of the schedule wait for each other.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('audit-chain', 0))"
HEAD = select(ROW.position, ROW.hash).where(ROW.position.is_not(None))
HEAD = HEAD.order_by(ROW.position.desc()).limit(1)
UNCHAINED = select(audit_rows).where(ROW.position.is_(None))
LIST_UNCHAINED = UNCHAINED.order_by(ROW.id).limit(bindparam("limit"))
COUNT_UNCHAINED = select(func.count().label("total")).where(ROW.position.is_(None))
PLACE = {name: bindparam(f"new_{name}", type_=ROW[name].type) for name in ("position", "previous")}
CHAIN = update(audit_rows).where(ROW.id == bindparam("row_id"))
CHAIN = CHAIN.values(**PLACE, hash=bindparam("new_hash", type_=ROW.hash.type))
LINKS = select(audit_rows, DETAIL.owner_id.label("detail_owner_id"), DETAIL.salt, DETAIL.content)
LINKS = LINKS.outerjoin(audit_details, DETAIL.entry_id == ROW.id).order_by(ROW.position)
LIST_LINKS = LINKS.where(ROW.position > bindparam("after_position", type_=ROW.position.type))
LIST_LINKS = LIST_LINKS.limit(bindparam("limit"))
RESTORED = LINKS.where(ROW.action == AuditAction.RESTORED, ROW.position.is_not(None))


class PostgresAuditChain:
    """Implements ``AuditChain``."""

    def lock_head(self) -> AuditHead:
        """The head, locked until the transaction ends."""
        connection().execute(LOCK)
        row = fetch_one(HEAD)
        return AuditHead(row["position"], row["hash"]) if row else AuditHead()

    def list_unchained(self, limit: int) -> list[AuditEntry]:
        """Rows that wait, by id."""
        return [take(AuditEntry, row) for row in fetch_all(LIST_UNCHAINED, limit=limit)]

    def add(self, links: Sequence[ChainLink]) -> None:
        """Store the places of rows; a trigger refuses a second one."""
        for link in links:
            place = {"new_position": link.position, "new_previous": link.previous}
            execute(CHAIN, row_id=link.entry.id, new_hash=link.hash, **place)

    def count_unchained(self) -> int:
        """How many rows wait."""
        return int(fetch_value(COUNT_UNCHAINED))

    def list_links(self, after: int, limit: int) -> list[ChainLink]:
        """Rows after a position, with their details."""
        return _links(fetch_all(LIST_LINKS, after_position=after, limit=limit))

    def list_restored(self) -> list[ChainLink]:
        """Rows of restores."""
        return _links(fetch_all(RESTORED))


def _links(rows: Sequence[Row]) -> list[ChainLink]:
    erased = erased_owners(rows)
    return [_link(row, is_owner_erased=row["owner_id"] in erased) for row in rows]


def _link(row: Row, *, is_owner_erased: bool) -> ChainLink:
    owner_id, salt, content = row.pop("detail_owner_id"), row.pop("salt"), row.pop("content")
    detail = EntryDetail(row["id"], owner_id, salt, content) if salt is not None else None
    entry = take(AuditEntry, row)
    return take(ChainLink, row, entry=entry, detail=detail, is_owner_erased=is_owner_erased)
