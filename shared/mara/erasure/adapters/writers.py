"""Transactions that may still write for an account that was closed meanwhile."""

from mara.platform.database import connection

MARK = "SELECT pg_current_xact_id()::text::bigint"
OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class PostgresWriters:
    """Implements ``Writers`` by the ids of transactions.

    A writer that did not see the closed account had its id before the closing was committed, so it
    is smaller than that of any transaction that began afterwards.
    """

    def mark(self) -> int:
        """Return the id of this transaction."""
        return self._value(MARK)

    def are_gone(self, mark: int) -> bool:
        """Return whether no transaction with a smaller id is open."""
        return self._value(OLDEST) >= mark

    @staticmethod
    def _value(statement: str) -> int:
        row = connection().execute(statement).fetchone()
        if row is None:
            raise RuntimeError("A SELECT without FROM has a row.")
        return int(row[0])
