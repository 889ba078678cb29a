"""The database of the local stack under its supervisor: what it does to one that refuses all."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.local import status
from infra.local.postgres import ADMIN, PostgresServer
from infra.local.settings import load_secrets, ports
from tests.support.local_cloud import SERVERS, inherited_environment, until
from tests.support.ports import free_ports

ROOT = Path(__file__).parents[3]
PROGRAM = """
from infra.local import supervision
from infra.local.settings import SERVERS_FILE, load_secrets, state_dir
from infra.local.supervisor import database_server

supervision.SILENT_MAX_S = 2.0
running = supervision.Supervision(state_dir() / SERVERS_FILE)
try:
    running.run([database_server(state_dir(), load_secrets())])
    running.watch()
except supervision.ShuttingDown:
    pass
finally:
    running.stop()
"""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """A server that a supervisor keeps running."""
    variables = {"MARA_HOME": str(tmp_path), "MARA_PORT_BASE": str(free_ports(SERVERS))}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    server = _server(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        cwd=ROOT,
        env={**inherited_environment(), **variables},
    ) as process:
        try:
            until("the database answers", status.database_answers)
            yield server
        finally:
            process.terminate()


def _server(home: Path) -> PostgresServer:
    return PostgresServer(
        home / "postgres", ports().postgres, {ADMIN: load_secrets().postgres_password}
    )


def test_one_that_waits_for_its_clients_to_leave_is_started_again(
    database: PostgresServer,
) -> None:
    """SIGTERM is a smart shutdown: new connections are refused, and the old ones go on."""
    with psycopg.connect(database.url(ADMIN, "postgres")):
        first = _postmaster(database)
        os.kill(first, signal.SIGTERM)
        until("it refuses connections", lambda: not database.answers())
        assert not status.database_answers()
        until("it was started again", lambda: _postmaster(database) not in {first, 0}, timeout_s=60)
    until("it answers", status.database_answers)


def test_one_that_has_no_connection_left_is_left_alone(database: PostgresServer) -> None:
    wrong = PostgresServer(database.data_dir, database.port, {ADMIN: "wrong"})
    assert wrong.answers()


def _postmaster(database: PostgresServer) -> int:
    file = database.data_dir / "postmaster.pid"
    return int(file.read_text().splitlines()[0]) if file.exists() else 0
