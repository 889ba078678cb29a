"""A real PostgreSQL: one server per test process, with a migrated database to clone from."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.local.postgres import APP, OWNER, PostgresServer
from mara.platform.database import disconnect
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
TEMPLATE = "mara_template"


@contextmanager
def postgres_with_template(folder: Path) -> Iterator[PostgresServer]:
    """A server with a migrated database to clone from."""
    with PostgresServer(folder / "postgres", free_port(), durable=False) as server:
        server.ensure_database(TEMPLATE)
        migrate(server.url(OWNER, TEMPLATE), "upgrade", "head")
        yield server


@contextmanager
def durable_database(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresServer]:
    """A server of its own that writes through: what it said is committed must outlive it.

    The product's own services use its migrated database ``name``.
    """
    with PostgresServer(folder / "postgres", free_port()) as started:
        started.ensure_database(name)
        migrate(started.url(OWNER, name), "upgrade", "head")
        monkeypatch.setenv("MARA_DATABASE_URL", started.url(APP, name))
        yield started
        disconnect()


def forget_deeds(superuser: psycopg.Connection[Any]) -> None:
    """Remove the audit, before a way back: its migration keeps the table while it holds a deed.

    A login is one; ``superuser`` is a connection without triggers, ``past_the_rules``.
    """
    superuser.execute("DELETE FROM audit_details")
    superuser.execute("DELETE FROM audit_rows")


def migrate(owner_url: str, *command: str, folder: Path = ROOT / "migrations") -> None:
    """Run Alembic as a deployment does."""
    subprocess.run(
        [sys.executable, "-m", "alembic", "-c", f"{folder}/alembic.ini", *command],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": owner_url},
        check=True,
        capture_output=True,
    )
