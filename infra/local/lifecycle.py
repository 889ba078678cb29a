"""Starts and stops the supervisor, and finds out whether it runs."""

import json
import os
import shutil
import socket
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.local import background, probe, stack_environment
from infra.local.progress import waits_for
from infra.local.settings import (
    SERVERS_FILE,
    STATUS_PATH,
    named_port,
    ports,
    record_port,
    state_dir,
)
from infra.local.stacks import command, register
from infra.local.supervisor_process import MODULE, PID_FILE, supervisor_of

START_TIMEOUT_S = 90.0
POLL_S = 0.1
STARTED_IN_ORDER = ("database", "emulator", "language model", "telegram", "front door")
DISK_FREE_MIN = 1024**3
"""Bytes; PostgreSQL alone writes 100 MB at its first start."""


class CannotStart(RuntimeError):
    """The local cloud cannot start; the text says why and what to do."""


def running_pid() -> int | None:
    """Return the process id of this stack's supervisor, or None where it does not run."""
    return supervisor_of(state_dir())


def is_running() -> bool:
    """Whether the supervisor runs and the front door answers."""
    return running_pid() is not None and _front_door() is not None


def is_deployed() -> bool:
    """Whether the front door has an API to forward to."""
    return bool((_front_door() or {}).get("deployed"))


def check() -> None:
    """Stop what is left of this stack, and check the disk and the ports.

    Raises CannotStart, StillRuns.
    """
    stop()
    _check_disk()
    _check_ports()


def start() -> bool:
    """Start the supervisor and wait until the front door answers; False if it runs already.

    Raises CannotStart.
    """
    _check_port_base()
    if is_running():
        return False
    check()
    record_port()
    register()
    (state_dir() / SERVERS_FILE).unlink(missing_ok=True)
    log = state_dir() / "supervisor.log"
    process = background.launch(
        [stack_environment.python(), "-m", MODULE],
        log,
        {**os.environ, "MARA_HOME": str(state_dir()), "MARA_PORT_BASE": str(ports().front)},
    )
    _pid_file().write_text(str(process.pid))
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while _front_door() is None:
        if process.poll() is not None or time.monotonic() > give_up_at:
            raise CannotStart(
                f"{_awaited()} did not start. The end of {log}:\n{background.end_of(log)}"
            )
        waits_for(_awaited())
        time.sleep(POLL_S)
    return True


def _awaited() -> str:
    """Return the name of the server that is being started."""
    started = server_states()
    return next((name for name in STARTED_IN_ORDER if name not in started), "front door")


def server_states() -> dict[str, dict[str, Any]]:
    """Return the state of each server by name, as the supervisor wrote it; empty without one."""
    try:
        found: dict[str, dict[str, Any]] = json.loads(
            (state_dir() / SERVERS_FILE).read_text("utf-8")
        )
    except FileNotFoundError:
        return {}
    return found


def stop() -> bool:
    """Stop the supervisor and wait until its servers have stopped; False if none ran.

    Raises StillRuns.
    """
    pid = running_pid()
    if pid is None:
        _pid_file().unlink(missing_ok=True)
        return False
    background.end(pid)  # its servers are killed with it
    _pid_file().unlink(missing_ok=True)
    return True


def _pid_file() -> Path:
    return state_dir() / PID_FILE


def _front_door() -> dict[str, Any] | None:
    """Return what the front door says of itself; None if it does not answer."""
    body = probe.get(ports().front, STATUS_PATH)
    try:
        return json.loads(body) if body else None
    except ValueError:  # another program has the port
        return None


def _check_port_base() -> None:
    """Refuse to move a stack that runs: the ports that are named may be those of another one."""
    named, now = named_port(), ports().front
    if running_pid() is not None and named not in {None, now}:
        raise CannotStart(
            f"The stack in {state_dir()} runs at port {now}. To start another one at {named}, name "
            f"its folder with MARA_HOME. To move this one, stop it first: MARA_PORT_BASE={now} "
            f"{command('make down')}"
        )


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
                    f"ports: {_with_other_ports()}"
                )
            waits_for(f"port {port} ({name}), which is in use")
            time.sleep(POLL_S)


def _with_other_ports() -> str:
    home = f"MARA_HOME={state_dir()} " if os.environ.get("MARA_HOME") else ""
    return f"{home}MARA_PORT_BASE={18000 if ports().front != 18000 else 28000} make up"  # noqa: PLR2004


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
