"""The row that says which search index answers, and the list of what another one holds already.

PostgreSQL keeps it for either engine: only in one transaction with the documents can it be told
that none is missing.
"""

from collections.abc import Sequence
from uuid import UUID

from mara.platform.database import connection
from mara.search.errors import ReindexingAlready
from mara.search.model import Engine, IndexedDocument, IndexIdentity, VectorSpace

IN_USE = "SELECT engine, model_id, dimensions FROM index_in_use"
BEGIN = """
    INSERT INTO index_in_use (engine, model_id, dimensions) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""
CAN_ANSWER = "state = 'ready' AND deleted_at IS NULL AND superseded_at IS NULL"
PENDING = f"""
    SELECT id, owner_id, filename, chunks FROM documents d WHERE {CAN_ANSWER} AND NOT EXISTS (
        SELECT FROM index_builds b WHERE b.document_id = d.id AND b.identity = %s)
    ORDER BY id LIMIT %s
"""
LOCK = f"SELECT FROM documents WHERE id = %s AND {CAN_ANSWER} FOR SHARE"
DONE = """
    INSERT INTO index_builds (identity, document_id, owner_id) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""
# Held by the session, not by the transaction: it goes when the process does, however that ends.
CLAIM = "SELECT pg_try_advisory_lock(7212)"
RELEASE = "SELECT pg_advisory_unlock_all()"
SWITCH = "UPDATE index_in_use SET engine = %s, model_id = %s, dimensions = %s"


class PostgresIndexBuilds:
    def claim(self) -> None:
        row = connection().execute(CLAIM).fetchone()
        if not row or not row[0]:
            raise ReindexingAlready("Wait till it is done.")

    def release(self) -> None:
        connection().execute(RELEASE)

    def in_use(self) -> IndexIdentity | None:
        return self._read(IN_USE)

    def hold(self, proposed: IndexIdentity) -> IndexIdentity:
        """The index in use, ``proposed`` where there is none; it stays so till the transaction
        ends.
        """
        connection().execute(BEGIN, _columns(proposed))
        return self._read(f"{IN_USE} FOR SHARE") or proposed

    def pending(self, target: IndexIdentity, limit: int) -> Sequence[IndexedDocument]:
        return [
            IndexedDocument(*row) for row in connection().execute(PENDING, (str(target), limit))
        ]

    def lock(self, document_id: UUID) -> bool:
        return connection().execute(LOCK, (document_id,)).fetchone() is not None

    def done(self, target: IndexIdentity, document: IndexedDocument) -> None:
        connection().execute(DONE, (str(target), document.id, document.owner_id))

    def switch(self, target: IndexIdentity) -> bool:
        connection().execute(BEGIN, _columns(target))
        # Waits for every ingestion that holds it, and sees what they have added.
        connection().execute(f"{IN_USE} FOR UPDATE")
        if self.pending(target, 1):
            return False
        connection().execute(SWITCH, _columns(target))
        return True

    def forget(self) -> None:
        connection().execute("DELETE FROM index_builds")

    def forget_document(self, document_id: UUID) -> None:
        connection().execute("DELETE FROM index_builds WHERE document_id = %s", (document_id,))

    def _read(self, statement: str) -> IndexIdentity | None:
        row = connection().execute(statement).fetchone()
        return IndexIdentity(Engine(row[0]), VectorSpace(row[1], row[2])) if row else None


def _columns(identity: IndexIdentity) -> tuple[str, str, int]:
    return (identity.engine, identity.space.model_id, identity.space.dimensions)
