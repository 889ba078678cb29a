"""Starts and stops the supervisor, and finds out whether it runs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import httpx

from infra.local.proxy import STATUS_PATH
from infra.local.settings import ROOT, ports, state_dir

START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 30.0
POLL_S = 0.1
DISK_FREE_MIN = 1024**3
"""Bytes; PostgreSQL alone writes 100 MB at its first start."""


class CannotStart(RuntimeError):
    """The local cloud cannot start; the text says why and what to do."""


def running_pid() -> int | None:
    """Return the process id of this folder's supervisor, or None where it does not run."""
    try:
        pid = int(_pid_file().read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid if b"infra.local.supervisor" in command else None


def start() -> bool:
    """Start the supervisor and wait until the proxy answers; False if it runs already.

    Raises CannotStart.
    """
    if running_pid() is not None and _proxy_answers():
        return False
    stop()
    _check_disk()
    _check_ports()
    log = state_dir() / "supervisor.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.supervisor"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _pid_file().write_text(str(process.pid))
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while not _proxy_answers():
        if process.poll() is not None or time.monotonic() > give_up_at:
            tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
            raise CannotStart(f"The servers did not start. The end of {log.name}:\n{tail}")
        time.sleep(POLL_S)
    return True


def stop() -> bool:
    """Stop the supervisor and wait until its servers have stopped; False if none ran."""
    pid = running_pid()
    if pid is None:
        _pid_file().unlink(missing_ok=True)
        return False
    os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + STOP_TIMEOUT_S
    while running_pid() is not None and _alive(pid):
        if time.monotonic() > give_up_at:
            os.kill(pid, signal.SIGKILL)  # its servers are killed with it
        time.sleep(POLL_S)
    _pid_file().unlink(missing_ok=True)
    return True


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _pid_file() -> Path:
    return state_dir() / "supervisor.pid"


def _proxy_answers() -> bool:
    url = f"http://127.0.0.1:{ports().front}{STATUS_PATH}"
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _check_disk() -> None:
    free = shutil.disk_usage(state_dir()).free
    if free < DISK_FREE_MIN:
        raise CannotStart(
            f"The disk of {state_dir()} has {free // 1024**2} MB free and 1024 MB are needed. "
            "Make room, or set MARA_HOME to a folder on another disk."
        )


def _check_ports() -> None:
    """Wait for the ports of servers that are stopping; name one that another program uses."""
    give_up_at = time.monotonic() + 5.0
    for name, port in asdict(ports()).items():
        while not _is_free(port):
            if time.monotonic() > give_up_at:
                raise CannotStart(
                    f"Port {port} ({name}) is used by another program. Stop it, or choose other "
                    "ports: MARA_PORT_BASE=18000 make up"
                )
            time.sleep(POLL_S)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
