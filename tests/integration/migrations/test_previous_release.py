"""The statements of the version before find their columns in the schema of this version."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from infra.local.migrate import newest
from infra.local.postgres import ADMIN, OWNER, PostgresServer
from tests.support.migrations import MIGRATIONS, releases
from tests.support.postgres import TEMPLATE
from tests.support.previous_release import Columns, columns_around

NAME = "previous_release"
CONTRACTION = """
from alembic import op

revision = "tried"
down_revision = "{head}"
{declares}


def upgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN email")
    op.execute("ALTER TABLE users ADD COLUMN nickname text NOT NULL")
"""


@contextmanager
def database_like(template: str, postgres: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    """A database of its own, which an administrator is connected to."""
    with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as link:
        make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = (sql.Identifier(one) for one in (NAME, OWNER, template))
        link.execute(make.format(*names))
        with psycopg.connect(postgres.url(ADMIN, NAME), autocommit=True) as admin:
            yield admin
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))


@pytest.fixture(scope="module")
def versions(postgres: PostgresServer) -> tuple[Columns, Columns]:
    """The columns of the newest release, and those that this version makes of them."""
    with database_like("template1", postgres) as admin:
        admin.execute("CREATE EXTENSION vector")
        return columns_around(admin, postgres.url(OWNER, NAME), [*releases().values()][-1])


def lost(versions: tuple[Columns, Columns]) -> set[str]:
    """The columns that are gone, or have another type."""
    before, after = versions
    return {name for name, (kind, _) in before.items() if after.get(name, ("",))[0] != kind}


def needed(versions: tuple[Columns, Columns]) -> set[str]:
    """The new columns that an INSERT into a table of before must name."""
    before, after = versions
    tables = {name.partition(".")[0] for name in before}
    return {
        name
        for name, (_, is_needed) in after.items()
        if is_needed and name.partition(".")[0] in tables and name not in before
    }


def test_reads_find_every_column_with_its_type(versions: tuple[Columns, Columns]) -> None:
    assert "users.email" in versions[0]
    assert lost(versions) == set()


def test_inserts_need_name_no_column_that_they_do_not_know(
    versions: tuple[Columns, Columns],
) -> None:
    assert needed(versions) == set()


@pytest.mark.parametrize(
    ("declares", "gone", "new"),
    [("", {"users.email"}, {"users.nickname"}), ('contract_of = "identity"', set(), set())],
)
def test_what_a_contraction_ends_is_not_looked_for(
    declares: str, gone: set[str], new: set[str], postgres: PostgresServer, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    text = CONTRACTION.format(head=newest(), declares=declares)
    (folder / "versions" / "29990101_0000_tried.py").write_text(text, "utf-8")
    with database_like(TEMPLATE, postgres) as admin:
        versions = columns_around(admin, postgres.url(OWNER, NAME), newest(), folder)
    assert (lost(versions), needed(versions)) == (gone, new)
