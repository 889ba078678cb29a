"""The stacks that were started from this checkout: which one a command means."""

import os
from contextlib import suppress
from pathlib import Path

from infra.local.settings import DEFAULT_HOME, ROOT, recorded_port, state_dir

REGISTER = ROOT / ".venv" / "mara-stacks"
"""Of every stack with a MARA_HOME of its own, the folder; one a line."""
PID_FILE = "supervisor.pid"
SUPERVISOR = b"infra.local.supervisor"


class AmbiguousStack(RuntimeError):
    """Several stacks run, and MARA_HOME names none of them."""


def supervisor_of(folder: Path) -> int | None:
    """Return the process id of the folder's supervisor, or None where it does not run."""
    try:
        pid = int((folder / PID_FILE).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid if SUPERVISOR in command else None


def register() -> None:
    """Note that this stack was started from this checkout."""
    home = state_dir()
    known = _registered()
    if home != DEFAULT_HOME.resolve() and home not in known:
        with REGISTER.open("a", encoding="utf-8") as file:
            file.write(f"{home}\n")


def select() -> None:
    """Choose the running stack of this checkout where MARA_HOME names none.

    The choice is made for this process, by setting MARA_HOME. Raises AmbiguousStack.
    """
    if os.environ.get("MARA_HOME") or supervisor_of(DEFAULT_HOME) is not None:
        return
    running = [home for home in _registered() if supervisor_of(home) is not None]
    if named := os.environ.get("MARA_PORT_BASE"):
        running = [home for home in running if recorded_port(home) == int(named)]
    if len(running) > 1:
        found = "\n".join(
            f"  MARA_HOME={home}   http://localhost:{recorded_port(home)}" for home in running
        )
        raise AmbiguousStack(f"Several stacks run. Name one of them:\n{found}")
    if running:
        os.environ["MARA_HOME"] = str(running[0])


def command(line: str) -> str:
    """Return a command line that works on this stack: with MARA_HOME if it has its own."""
    home = state_dir()
    if home == DEFAULT_HOME.resolve():
        port = os.environ.get("MARA_PORT_BASE")
        is_known = port is None or recorded_port(home) == int(port)
        return line if is_known else f"MARA_PORT_BASE={port} {line}"
    return f"MARA_HOME={home} {line}"


def _registered() -> list[Path]:
    with suppress(FileNotFoundError):
        return [Path(line) for line in REGISTER.read_text("utf-8").splitlines() if line]
    return []
