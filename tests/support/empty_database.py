"""A migrated database that is empty at the start of each test.

It is emptied between tests: that takes a tenth of the time of a clone. Where a test changed the
schema, or left it large, the next test gets a new clone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, LiteralString, Self

import psycopg
from psycopg import sql

from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer
from tests.support.postgres import TEMPLATE

GROWTH_MAX = 4_000_000
"""Bytes that a database may be larger than its template: deleted rows slow its scans down."""

CATALOGS: tuple[LiteralString, ...] = (
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_extension",
    "pg_index",
    "pg_namespace",
    "pg_policy",
    "pg_proc",
    "pg_trigger",
    "pg_type",
)
"""Each change of a schema adds, removes or replaces a row of one of these."""

Connection = psycopg.Connection[tuple[Any, ...]]
_names = (f"mara_test_{number}" for number in count())


@dataclass(frozen=True)
class _Database:
    """A clone of the template: what it held when it was made, and a superuser's connection."""

    name: str
    link: Connection
    tables: Sequence[sql.Identifier]
    rows: Sequence[tuple[sql.Identifier, bytes]]
    """Rows that migrations insert, in the format of COPY."""
    sequences: Sequence[tuple[str, int]]
    schema: tuple[Any, ...]
    size: int

    @classmethod
    def of(cls, name: str, link: Connection) -> Self:
        """Read what a new clone holds."""
        link.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        tables = [sql.Identifier(*row) for row in link.execute(_TABLES)]
        rows = [(table, _copy_out(link, table)) for table in tables]
        return cls(
            name,
            link,
            tables,
            [(table, data) for table, data in rows if data],
            [(str(row[0]), int(row[1])) for row in link.execute(_SEQUENCES)],
            _schema(link),
            _size(link),
        )

    def empty(self) -> bool:
        """Bring it back to what the clone held; False if it has to be replaced."""
        # Five seconds for a connection to end: it holds locks that would block the statements.
        self.link.execute(_DISCONNECT_OTHERS)
        if _schema(self.link) != self.schema or _size(self.link) > self.size + GROWTH_MAX:
            return False
        delete = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(t) for t in self.tables)
        self.link.execute(delete)
        for table, data in self.rows:
            with self.link.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
                copy.write(data)
        for name, value in self.sequences:
            self.link.execute("SELECT setval(%s::regclass, %s, false)", (name, value))
        return True


class EmptyDatabases:
    """Gives each test a database of ``server``, one test at a time."""

    def __init__(self, server: PostgresServer) -> None:
        """The first database is cloned when it is asked for."""
        self._server = server
        self._ready: _Database | None = None

    @contextmanager
    def one(self) -> Iterator[str]:
        """The application's URL of a database that is as the migrations leave it."""
        if self._ready is None:
            self._ready = self._clone()
        database = self._ready
        try:
            yield self._server.url(APP, database.name)
        finally:
            if not database.empty():
                self.close()

    def close(self) -> None:
        """Drop the database."""
        if self._ready is not None:
            self._ready.link.close()
            self._administer("DROP DATABASE {} WITH (FORCE)", self._ready.name)
            self._ready = None

    def _clone(self) -> _Database:
        name = next(_names)
        make: LiteralString = "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY = FILE_COPY"
        self._administer(make, name, TEMPLATE, OWNER)
        link = psycopg.connect(self._server.url(ADMIN, name), autocommit=True)
        return _Database.of(name, link)

    def _administer(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self._server.url(ADMIN, "postgres"), autocommit=True) as link:
            link.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


_TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
_SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), start_value FROM pg_sequences
"""
_DISCONNECT_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _schema(link: Connection) -> tuple[Any, ...]:
    """For each catalog the number of its rows and its newest transaction id."""
    parts = [
        sql.SQL("(SELECT count(*) FROM {c}), (SELECT max(xmin::text::bigint) FROM {c})").format(
            c=sql.Identifier(name)
        )
        for name in CATALOGS
    ]
    row = link.execute(sql.SQL("SELECT ") + sql.SQL(", ").join(parts)).fetchone()
    assert row is not None
    return row


def _size(link: Connection) -> int:
    row = link.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def _copy_out(link: Connection, table: sql.Identifier) -> bytes:
    with link.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as copy:
        return b"".join(bytes(part) for part in copy)
