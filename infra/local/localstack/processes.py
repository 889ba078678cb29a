"""Starts and stops the background process of the stage, and waits until it is ready."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from infra.local import background
from infra.local.localstack.stage import LocalStackFailed
from infra.local.settings import state_dir

MODULE = "infra.local.localstack.servers"
START_TIMEOUT_S = 60.0
POLL_S = 0.1


def running_pid() -> int | None:
    """Return the id of the background process, or None where it does not run."""
    pid, _ = _running()
    return pid


def start(options: Sequence[str], database_url: str) -> bool:
    """Start it with these options and wait until the database accepts connections.

    One that runs with other options is replaced. Returns False if it ran already. Raises
    LocalStackFailed.
    """
    _, known = _running()
    if known == list(options):
        return False
    stop()
    log = state_dir() / "servers.log"
    process = background.launch([sys.executable, "-m", MODULE, *options], log)
    _pid_file().write_text(str(process.pid))
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while (failure := _connection_failure(database_url)) is not None:
        # A PostgreSQL of its own gets its roles a moment after it accepts connections.
        if "--database" not in options and "password authentication failed" in failure:
            stop()
            raise LocalStackFailed(
                "The database has the password of another installation; to start over without its "
                "data: .venv/bin/mara localstack down --delete-data"
            )
        ended = process.poll() is not None
        if ended or time.monotonic() > give_up_at:
            stop()
            raise LocalStackFailed(
                f"The servers did not start: {failure}\nThe end of {log}:\n{background.end_of(log)}"
            )
        time.sleep(POLL_S)
    return True


def stop() -> bool:
    """Stop it and wait until its servers have stopped; False if it did not run.

    Sends SIGTERM, and after 30 s SIGKILL. Raises LocalStackFailed after 5 s more.
    """
    pid = running_pid()
    if pid is None:
        return False
    try:
        background.end(pid)  # its servers are killed with it
    except background.StillRuns as error:
        raise LocalStackFailed(str(error)) from None
    _pid_file().unlink(missing_ok=True)
    return True


def _running() -> tuple[int | None, list[str]]:
    """The process id and the options after the module's name."""
    try:
        pid = int(_pid_file().read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None, []
    if MODULE not in words:
        return None, []
    return pid, words[words.index(MODULE) + 1 :]


def _pid_file() -> Path:
    return state_dir() / "servers.pid"


def _connection_failure(database_url: str) -> str | None:
    try:
        psycopg.connect(database_url, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return str(error).strip()
    return None
