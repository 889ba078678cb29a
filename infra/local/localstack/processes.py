"""Starts and stops the background process of the stage, and waits until it is ready."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from infra.local.localstack.stage import LocalStackFailed
from infra.local.settings import ROOT, state_dir

MODULE = "infra.local.localstack.servers"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
KILL_TIMEOUT_S = 5.0
POLL_S = 0.1
LINES_SHOWN = 15


def running_pid() -> int | None:
    """Return the id of the background process, or None where it does not run."""
    pid, _ = _running()
    return pid


_children: dict[int, "subprocess.Popen[bytes]"] = {}
"""The background processes that this process started, by process id.

`stop` reads their exit status: until then, an ended process stays in the list of processes.
"""


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
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", MODULE, *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[process.pid] = process
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
            end = "\n".join(log.read_text("utf-8", "replace").splitlines()[-LINES_SHOWN:])
            stop()
            raise LocalStackFailed(
                f"The servers did not start: {failure}\nThe end of {log}:\n{end}"
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
    # Its servers are killed with it.
    if not _end(pid, signal.SIGTERM, STOP_TIMEOUT_S) and not _end(
        pid, signal.SIGKILL, KILL_TIMEOUT_S
    ):
        raise LocalStackFailed(f"Process {pid} still runs {KILL_TIMEOUT_S:.0f} s after SIGKILL.")
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()
    _pid_file().unlink(missing_ok=True)
    return True


def _end(pid: int, number: signal.Signals, limit_s: float) -> bool:
    """Send the signal; return whether the process has ended within the limit."""
    with suppress(ProcessLookupError):  # it may have ended since its id was read
        os.kill(pid, number)
    child = _children.get(pid)
    give_up_at = time.monotonic() + limit_s
    while running_pid() is not None:
        if child is not None:
            child.poll()
        if time.monotonic() > give_up_at:
            return False
        time.sleep(POLL_S)
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
