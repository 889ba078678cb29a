"""A real PostgreSQL: one server per test process, one database per test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
TEMPLATE = "mara_template"

_names = (f"mara_test_{number}" for number in count())


@contextmanager
def postgres_with_template(folder: Path) -> Iterator[PostgresServer]:
    """A server with a migrated database to clone from."""
    with PostgresServer(folder / "postgres", free_port(), durable=False) as server:
        server.ensure_database(TEMPLATE)
        migrate(server.url(OWNER, TEMPLATE), "upgrade", "head")
        yield server


def migrate(owner_url: str, *command: str) -> None:
    """Run Alembic as a deployment does."""
    subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", *command],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": owner_url},
        check=True,
        capture_output=True,
    )


@contextmanager
def clone(server: PostgresServer) -> Iterator[str]:
    """The application's URL of a fresh database, dropped at the end."""
    name = next(_names)
    with psycopg.connect(server.url(ADMIN, "postgres"), autocommit=True) as link:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY = FILE_COPY")
        names = (sql.Identifier(part) for part in (name, TEMPLATE, OWNER))
        link.execute(make.format(*names))
        try:
            yield server.url(APP, name)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            link.execute(drop)
