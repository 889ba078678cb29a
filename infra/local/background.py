"""Processes that one command starts in the background and a later command stops."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.local.settings import ROOT

STOP_TIMEOUT_S = 30.0
KILL_TIMEOUT_S = 5.0
POLL_S = 0.1
LINES_SHOWN = 15

_launched: dict[int, "subprocess.Popen[bytes]"] = {}
"""The processes that this one launched, by process id.

`end` reads their exit status: until then, an ended process stays in the list of processes.
"""


class StillRuns(RuntimeError):
    """The process has not ended, not even after SIGKILL."""


def launch(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start a process that outlives this one and the terminal; its output replaces ``log``."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _launched[process.pid] = process
    return process


def end_of(log: Path) -> str:
    """Return the last 15 lines of a log file."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LINES_SHOWN:])


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def end(pid: int) -> None:
    """Send SIGTERM, and SIGKILL after 30 s. Raises StillRuns if it runs 5 s after that."""
    if not _ends_on(signal.SIGTERM, pid, STOP_TIMEOUT_S) and not _ends_on(
        signal.SIGKILL, pid, KILL_TIMEOUT_S
    ):
        raise StillRuns(f"Process {pid} still runs {KILL_TIMEOUT_S:.0f} s after SIGKILL.")
    if process := _launched.pop(pid, None):
        process.wait()


def _ends_on(number: signal.Signals, pid: int, limit_s: float) -> bool:
    with suppress(ProcessLookupError):  # it may have ended since its id was read
        os.kill(pid, number)
    give_up_at = time.monotonic() + limit_s
    while is_alive(pid):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(POLL_S)
    return True
