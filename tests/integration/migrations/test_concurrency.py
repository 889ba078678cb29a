"""Two deployments that migrate one database at the same time."""

import os
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
DATABASE = "mara_two_deployments"
DEPLOYMENTS = 2
START_TIMEOUT_S = 60.0
WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND NOT granted AND datname = %s
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    """The owner's URL of a database without tables."""
    postgres.ensure_database(DATABASE)
    yield postgres.url(OWNER, DATABASE)
    with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def start_upgrade(owner_url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": owner_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_waiting(link: "psycopg.Connection[tuple[int]]") -> None:
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while link.execute(WAITING, (DATABASE,)).fetchone() != (DEPLOYMENTS,):
        assert time.monotonic() < give_up_at, "the deployments do not wait for the lock"
        time.sleep(0.05)


def test_run_every_migration_once(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as link:
        # Both wait for this lock first, so that they begin at the same moment.
        link.execute("SELECT pg_advisory_lock(7211)")
        deployments = [start_upgrade(empty_database) for _ in range(DEPLOYMENTS)]
        wait_for_waiting(link)
        link.execute("SELECT pg_advisory_unlock(7211)")
        ends = [(run.communicate()[1], run.returncode) for run in deployments]
        assert [code for _, code in ends] == [0] * DEPLOYMENTS, ends
        tables = {name for (name,) in link.execute(TABLES)}
    assert tables == {*metadata.tables, "alembic_version"}
