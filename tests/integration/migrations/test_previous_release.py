"""The statements of the version before find their columns in the schema of this version."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from infra.local.postgres import ADMIN, OWNER, PostgresServer
from tests.support.migrations import releases
from tests.support.postgres import migrate

NAME = "previous_release"
COLUMNS = """
    SELECT attrelid::regclass::text || '.' || attname, format_type(atttypid, atttypmod),
        attnotnull AND NOT atthasdef AND attidentity = ''
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0
        AND NOT attisdropped
"""
Columns = dict[str, tuple[str, bool]]
"""The type of each column, and whether an INSERT must name it."""


@pytest.fixture(scope="module")
def versions(postgres: PostgresServer) -> Iterator[tuple[Columns, Columns]]:
    """The columns of the newest release, and those that this version makes of them."""
    with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as link:
        name = sql.Identifier(NAME)
        link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
        with psycopg.connect(postgres.url(ADMIN, NAME), autocommit=True) as admin:
            admin.execute("CREATE EXTENSION vector")
            migrate(postgres.url(OWNER, NAME), "upgrade", [*releases().values()][-1])
            before = _columns(admin)
            migrate(postgres.url(OWNER, NAME), "upgrade", "head")
            yield before, _columns(admin)
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _columns(link: psycopg.Connection[Any]) -> Columns:
    return {name: (kind, is_needed) for name, kind, is_needed in link.execute(COLUMNS)}


def test_reads_find_every_column_with_its_type(versions: tuple[Columns, Columns]) -> None:
    before, after = versions
    assert "users.email" in before
    assert {name: kind for name, (kind, _) in before.items()}.items() <= {
        name: kind for name, (kind, _) in after.items()
    }.items()


def test_inserts_need_name_no_column_that_they_do_not_know(
    versions: tuple[Columns, Columns],
) -> None:
    before, after = versions
    tables = {name.partition(".")[0] for name in before}
    needed = {
        name
        for name, (_, is_needed) in after.items()
        if is_needed and name.partition(".")[0] in tables and name not in before
    }
    assert needed == set()
