"""The rows of one user in any table, by statements that are made from the tables themselves."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import sql
from sqlalchemy import MetaData

from mara.erasure.model.rules import ERASED, RULES
from mara.erasure.ports import RowPage
from mara.platform.database import connection

PAGE: Final = 500
"""Rows in memory at once; the largest is a document's analysis, or a message with a file."""
BATCH: Final = 5000
"""Rows that one transaction deletes."""


class PostgresOwnedRows:
    """Implements ``OwnedRows`` over all tables of ``metadata``."""

    def __init__(self, metadata: MetaData) -> None:
        self._tables = metadata.tables
        self._order = [t.name for t in reversed(metadata.sorted_tables) if t.name in ERASED]

    def page(self, owner_id: UUID, table: str, after: Sequence[Any] | None) -> RowPage:
        """Return the next rows in the order of their keys, without the hidden columns."""
        found = self._tables[table]
        key = [column.name for column in found.primary_key]
        condition: sql.Composable = sql.SQL("")
        if after is not None:
            condition = sql.SQL("AND ({}) > ({})").format(
                _names(key), sql.SQL(", ").join(sql.Placeholder() * len(key))
            )
        statement = sql.SQL(
            "SELECT {key}, to_jsonb(mara_exported)::text FROM {table} AS stored,"
            " LATERAL (SELECT {columns}) AS mara_exported"
            " WHERE {owner} = %s {condition} ORDER BY {key} LIMIT {limit}"
        ).format(
            key=_names(key),
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(
                sql.Identifier("stored", column.name)
                for column in found.columns
                if column.name not in RULES[table].hidden
            ),
            owner=sql.Identifier("stored", _owner_of(table)),
            condition=condition,
            limit=sql.Literal(PAGE),
        )
        rows = connection().execute(statement, [owner_id, *(after or ())]).fetchall()
        last = rows[-1][:-1] if len(rows) == PAGE else None
        return RowPage([row[-1] for row in rows], last)

    def delete(self, owner_id: UUID, table: str) -> int:
        """Delete a batch of rows."""
        statement = sql.SQL(
            "DELETE FROM {0} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {0} WHERE {1} = %s LIMIT {2}))"
        ).format(sql.Identifier(table), sql.Identifier(_owner_of(table)), sql.Literal(BATCH))
        return connection().execute(statement, [owner_id]).rowcount

    def count(self, owner_id: UUID, table: str) -> int:
        """Return the number of rows."""
        statement = sql.SQL("SELECT count(*) FROM {} WHERE {} = %s").format(
            sql.Identifier(table), sql.Identifier(_owner_of(table))
        )
        row = connection().execute(statement, [owner_id]).fetchone()
        return int(row[0]) if row else 0

    def blank(self, owner_id: UUID) -> None:
        """Empty the invoices' buyer: the address of the job is emptied when it is done."""
        statement = "UPDATE invoices SET buyer = NULL WHERE owner_id = %s AND buyer IS NOT NULL"
        connection().execute(statement, [owner_id])

    def in_deletion_order(self) -> Sequence[str]:
        """Return the tables to delete from: first those whose rows refer to others."""
        return self._order


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("stored", name) for name in columns)


def _owner_of(table: str) -> str:
    return "id" if table == "users" else "owner_id"
