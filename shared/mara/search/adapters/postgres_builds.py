"""The row that names the active search index, and the records of a build of its successor.

PostgreSQL keeps both for either engine: completeness can be checked only in one transaction with
the documents.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.platform.database import connection
from mara.platform.sql import Row, bound, execute, fetch_all, fetch_one, values_of
from mara.search.adapters.tables import index_builds, index_in_use
from mara.search.errors import ReindexingAlready
from mara.search.model import IndexedDocument, IndexIdentity, VectorSpace

_identity = (index_in_use.c.engine, index_in_use.c.model_id, index_in_use.c.dimensions)
ACTIVE = select(*_identity)
SHARE_ACTIVE = ACTIVE.with_for_update(read=True)
LOCK_ACTIVE = ACTIVE.with_for_update()
INSERT_ACTIVE = insert(index_in_use).values(bound(_identity)).on_conflict_do_nothing()
CUT_OVER = update(index_in_use).values(bound(_identity))
MARK_BUILT = insert(index_builds).values(bound(index_builds.c)).on_conflict_do_nothing()
CLEAR = delete(index_builds)
UNMARK_BUILT = CLEAR.where(index_builds.c.document_id == bindparam("document_id"))

# Documents belong to a domain above: these two statements name its columns in SQL.
SEARCHABLE = "state = 'ready' AND deleted_at IS NULL AND superseded_at IS NULL"
PENDING = f"""
    SELECT id, owner_id, filename, chunks FROM documents d WHERE {SEARCHABLE} AND NOT EXISTS (
        SELECT FROM index_builds b WHERE b.document_id = d.id AND b.identity = %s)
    ORDER BY id LIMIT %s
"""
LOCK = f"SELECT FROM documents WHERE id = %s AND {SEARCHABLE} FOR SHARE"
# Held by the session, not by the transaction: it is released when the process ends in any way.
ACQUIRE = "SELECT pg_try_advisory_lock(7212)"
RELEASE = "SELECT pg_advisory_unlock_all()"


class PostgresIndexBuilds:
    """Implements IndexBuilds, and what the router of the active index needs."""

    def acquire(self) -> None:
        """Take an advisory lock. Raises ReindexingAlready."""
        row = connection().execute(ACQUIRE).fetchone()
        if not row or not row[0]:
            raise ReindexingAlready("Wait until it has finished.")

    def release(self) -> None:
        """Release the advisory lock."""
        connection().execute(RELEASE)

    def active(self) -> IndexIdentity | None:
        """The active index; ``None`` until something has been indexed."""
        return self._read(ACTIVE)

    def lock_active(self, proposed: IndexIdentity) -> IndexIdentity:
        """The active index, ``proposed`` where there is none, locked until the transaction ends."""
        execute(INSERT_ACTIVE, **_values(proposed))
        return self._read(SHARE_ACTIVE) or proposed

    def pending(self, target: IndexIdentity, limit: int) -> Sequence[IndexedDocument]:
        """Searchable documents without a record for ``target``, by id."""
        return [
            IndexedDocument(*row) for row in connection().execute(PENDING, (str(target), limit))
        ]

    def lock_document(self, document_id: UUID) -> bool:
        """Lock the row for share, if the document is searchable."""
        return connection().execute(LOCK, (document_id,)).fetchone() is not None

    def mark_built(self, target: IndexIdentity, document: IndexedDocument) -> None:
        """Insert the record. Idempotent."""
        owned = {"document_id": document.id, "owner_id": document.owner_id}
        execute(MARK_BUILT, identity=str(target), **owned)

    def cut_over(self, target: IndexIdentity) -> bool:
        """Update the row of the active index, unless documents are pending."""
        execute(INSERT_ACTIVE, **_values(target))
        # Waits for every ingestion that has locked it, and sees what they have added.
        fetch_all(LOCK_ACTIVE)
        if self.pending(target, 1):
            return False
        execute(CUT_OVER, **_values(target))
        return True

    def clear(self) -> None:
        """Delete all records."""
        execute(CLEAR)

    def unmark_built(self, document_id: UUID) -> None:
        """Delete the document's records: its chunks have changed."""
        execute(UNMARK_BUILT, document_id=document_id)

    def _read(self, statement: Select[Any]) -> IndexIdentity | None:
        row = fetch_one(statement)
        return IndexIdentity(row.pop("engine"), VectorSpace(**row)) if row else None


def _values(identity: IndexIdentity) -> Row:
    return {"engine": identity.engine, **values_of(identity.space)}
