"""A migrated database for a bench, on a free port."""

import os
import socket
import subprocess
import sys

from infra.local.settings import ROOT


def migrate(owner_url: str) -> None:
    """Migrate the database to the newest revision. Raises CalledProcessError."""
    subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "MARA_DATABASE_OWNER_URL": owner_url},
        check=True,
        capture_output=True,
    )


def free_port() -> int:
    """A port on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
