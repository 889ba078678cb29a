"""The row that names the active search index, and the records of a build of its successor.

PostgreSQL keeps both for either engine: completeness can be checked only in one transaction with
the documents.
"""

from collections.abc import Sequence
from uuid import UUID

from mara.platform.database import connection
from mara.search.errors import ReindexingAlready
from mara.search.model import Engine, IndexedDocument, IndexIdentity, VectorSpace

ACTIVE = "SELECT engine, model_id, dimensions FROM index_in_use"
INSERT_ACTIVE = """
    INSERT INTO index_in_use (engine, model_id, dimensions) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""
SEARCHABLE = "state = 'ready' AND deleted_at IS NULL AND superseded_at IS NULL"
PENDING = f"""
    SELECT id, owner_id, filename, chunks FROM documents d WHERE {SEARCHABLE} AND NOT EXISTS (
        SELECT FROM index_builds b WHERE b.document_id = d.id AND b.identity = %s)
    ORDER BY id LIMIT %s
"""
LOCK = f"SELECT FROM documents WHERE id = %s AND {SEARCHABLE} FOR SHARE"
MARK_BUILT = """
    INSERT INTO index_builds (identity, document_id, owner_id) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""
# Held by the session, not by the transaction: it is released when the process ends in any way.
ACQUIRE = "SELECT pg_try_advisory_lock(7212)"
RELEASE = "SELECT pg_advisory_unlock_all()"
CUT_OVER = "UPDATE index_in_use SET engine = %s, model_id = %s, dimensions = %s"


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
        connection().execute(INSERT_ACTIVE, _columns(proposed))
        return self._read(f"{ACTIVE} FOR SHARE") or proposed

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
        connection().execute(MARK_BUILT, (str(target), document.id, document.owner_id))

    def cut_over(self, target: IndexIdentity) -> bool:
        """Update the row of the active index, unless documents are pending."""
        connection().execute(INSERT_ACTIVE, _columns(target))
        # Waits for every ingestion that has locked it, and sees what they have added.
        connection().execute(f"{ACTIVE} FOR UPDATE")
        if self.pending(target, 1):
            return False
        connection().execute(CUT_OVER, _columns(target))
        return True

    def clear(self) -> None:
        """Delete all records."""
        connection().execute("DELETE FROM index_builds")

    def unmark_built(self, document_id: UUID) -> None:
        """Delete the document's records: its chunks have changed."""
        connection().execute("DELETE FROM index_builds WHERE document_id = %s", (document_id,))

    def _read(self, statement: str) -> IndexIdentity | None:
        row = connection().execute(statement).fetchone()
        return IndexIdentity(Engine(row[0]), VectorSpace(row[1], row[2])) if row else None


def _columns(identity: IndexIdentity) -> tuple[str, str, int]:
    return (identity.engine, identity.space.model_id, identity.space.dimensions)
