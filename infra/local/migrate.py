"""Runs Alembic: brings the schema to the newest revision, and drafts a new one."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.postgres import OWNER, PostgresServer, free_port
from infra.local.settings import DATABASE, ROOT, load_secrets, ports


class MigrationFailed(RuntimeError):
    """Alembic failed; the text is the end of its output."""


def migrate() -> None:
    """Migrate the local database to the newest revision. Raises MigrationFailed."""
    upgrade(owner_url())


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database of this owner's URL, to the newest revision. Raises MigrationFailed."""
    _alembic(url, "upgrade", revision)


def draft_revision(message: str) -> str:
    """Write a migration that turns the migrated schema into the declared tables; return its path.

    It is compared with a temporary PostgreSQL server, so that the local cloud need not run. Raises
    MigrationFailed, PostgresFailed.
    """
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "postgres"
        with PostgresServer(data_dir, free_port(), durable=False) as server:
            server.ensure_database(DATABASE)
            url = server.url(OWNER, DATABASE)
            _alembic(url, "upgrade", "head")
            name = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
            options = ("--autogenerate", "--rev-id", name, "--message", message)
            said = _alembic(url, "revision", *options)
    return said.partition("Generating ")[2].partition(" ...")[0]


def owner_url() -> str:
    """Return the URL of the local database for the owner of its tables."""
    password = load_secrets().owner_password
    return f"postgresql://mara_owner:{password}@127.0.0.1:{ports().postgres}/{DATABASE}"


def revisions() -> list[str]:
    """Return every revision that this version of the code knows, the newest first."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    folder = str(ROOT / "migrations")
    with _importable(folder):
        script = ScriptDirectory.from_config(Config(f"{folder}/alembic.ini"))
        return [one.revision for one in script.walk_revisions()]


def newest() -> str:
    """Return the newest revision that this version of the code knows."""
    return revisions()[0]


@contextmanager
def _importable(folder: str) -> Iterator[None]:
    """Let migrations import what stands beside them."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _alembic(url: str, *command: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", *command],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise MigrationFailed(f"{run.stdout}\n{run.stderr}".strip()[-2000:])  # refusals: on stdout
    return run.stdout
