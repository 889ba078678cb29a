"""Brings the schema to the newest revision."""

import os
import subprocess
import sys

from infra.local.settings import DATABASE, ROOT, load_secrets, ports


class MigrationFailed(RuntimeError):
    """The text is what Alembic said."""


def migrate() -> None:
    """Raises MigrationFailed."""
    run = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": owner_url()},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise MigrationFailed(run.stderr[-2000:])


def owner_url() -> str:
    password = load_secrets().owner_password
    return f"postgresql://mara_owner:{password}@127.0.0.1:{ports().postgres}/{DATABASE}"
