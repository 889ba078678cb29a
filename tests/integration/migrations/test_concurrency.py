"""Two deployments that migrate one database at the same time."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.local.postgres import ADMIN, OWNER, PostgresServer
from mara.wiring.schema import metadata

ROOT = Path(__file__).parents[3]
MIGRATIONS = ROOT / "migrations"
DATABASE = "mara_two_deployments"
DEPLOYMENTS = 2
START_TIMEOUT_S = 60.0
CONNECTED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
"""
INDEXING = '''"""A migration that makes an index beside running code."""

from alembic import op

revision = "tried"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE TABLE tried (id integer)")
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY tried_id ON tried (id)")
'''
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    """The owner's URL of a database without tables."""
    postgres.ensure_database(DATABASE)
    yield postgres.url(OWNER, DATABASE)
    with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def start_upgrade(owner_url: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", "-c", str(folder / "alembic.ini"), "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": owner_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def upgrade_twice_at_once(owner_url: str, folder: Path = MIGRATIONS) -> None:
    """Run two deployments, both of which wait for the lock first and so begin together."""
    with psycopg.connect(owner_url, autocommit=True) as link:
        link.execute("SELECT pg_advisory_lock(7211)")
        deployments = [start_upgrade(owner_url, folder) for _ in range(DEPLOYMENTS)]
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while link.execute(CONNECTED).fetchone() != (DEPLOYMENTS,):
            assert time.monotonic() < give_up_at, "the deployments do not wait for the lock"
            time.sleep(0.05)
        link.execute("SELECT pg_advisory_unlock(7211)")
        ends = [(run.communicate()[1], run.returncode) for run in deployments]
    assert [code for _, code in ends] == [0] * DEPLOYMENTS, ends


def test_run_every_migration_once(empty_database: str) -> None:
    upgrade_twice_at_once(empty_database)
    with psycopg.connect(empty_database) as link:
        tables = {name for (name,) in link.execute(TABLES)}
    assert tables == {*metadata.tables, "alembic_version"}


def test_make_an_index_concurrently_while_the_other_waits(
    empty_database: str, tmp_path: Path
) -> None:
    """Wait for the lock inside a statement to see it fail: PostgreSQL finds a deadlock."""
    for name in ("alembic.ini", "env.py", "script.py.mako"):
        shutil.copy(MIGRATIONS / name, tmp_path)
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "tried.py").write_text(INDEXING, "utf-8")
    upgrade_twice_at_once(empty_database, tmp_path)
    with psycopg.connect(empty_database) as link:
        valid = link.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'tried_id'::regclass"
        )
        assert valid.fetchall() == [(True,)]
