"""The stacks that were started from this checkout: which one a command means."""

import os
from contextlib import suppress
from pathlib import Path

from infra.local.settings import DEFAULT_HOME, ROOT, named_port, recorded_port, state_dir
from infra.local.supervisor_process import supervisor_of

REGISTER = ROOT / ".venv" / "mara-stacks"
"""Of every stack with a MARA_HOME of its own, the folder; one a line."""


class AmbiguousStack(RuntimeError):
    """Several stacks run, and MARA_HOME names none of them."""


class StackDown(RuntimeError):
    """The stack that a command means does not run; the text names it and how it is started."""


def register() -> None:
    """Note that this stack was started from this checkout."""
    home = state_dir()
    known = _registered()
    if home != DEFAULT_HOME.resolve() and home not in known:
        with REGISTER.open("a", encoding="utf-8") as file:
            file.write(f"{home}\n")


def select() -> None:
    """Choose the running stack of this checkout where MARA_HOME names none.

    The choice is made for this process, by setting MARA_HOME. Raises AmbiguousStack, StackDown.
    """
    if os.environ.get("MARA_HOME"):
        return
    running = [home for home in (DEFAULT_HOME, *_registered()) if supervisor_of(home) is not None]
    if (named := named_port()) is not None:
        others = running
        running = [home for home in running if recorded_port(home) == named]
        if not running and DEFAULT_HOME in others:
            raise StackDown(f"no stack of this checkout runs at port {named}")
    if DEFAULT_HOME in running:
        return
    if len(running) > 1:
        found = "\n".join(
            f"  MARA_HOME={home}   http://localhost:{recorded_port(home)}" for home in running
        )
        raise AmbiguousStack(f"Several stacks run. Name one of them:\n{found}")
    if running:
        os.environ["MARA_HOME"] = str(running[0])


def check_runs() -> None:
    """Raise StackDown unless the stack of this process runs."""
    home = state_dir()
    if supervisor_of(home) is None:
        raise StackDown(f"the stack in {home} is down: start it with {command('make up')}")


def command(line: str) -> str:
    """Return a command line that works on this stack: with MARA_HOME if it has its own."""
    home = state_dir()
    if home == DEFAULT_HOME.resolve():
        port = named_port()
        is_known = port is None or recorded_port(home) == port
        return line if is_known else f"MARA_PORT_BASE={port} {line}"
    return f"MARA_HOME={home} {line}"


def _registered() -> list[Path]:
    with suppress(FileNotFoundError):
        return [Path(line) for line in REGISTER.read_text("utf-8").splitlines() if line]
    return []
