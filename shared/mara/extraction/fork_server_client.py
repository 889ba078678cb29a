"""The worker's end of the process that readers are forked from."""

import json
import os
import select
import signal
import subprocess
import sys
import weakref
from pathlib import Path
from typing import IO

FORK_SERVER = "mara.extraction.fork_server"

MEGABYTE = 1024**2

GRACE_S = 5.0
"""What lives so much longer than it may has got rid of its timer."""


class ForkServerClient:
    """Starts with the first file, and anew when it was lost or this process was forked.

    For one thread at a time.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0

    def read(self, format: str, path: Path, output: Path, seconds: float) -> bool:
        """Whether the reader ended in time; what it wrote tells what came of it."""
        process = self._running()
        answer = None
        try:
            answer = _ask(process, [format, str(path), str(output), seconds], seconds + GRACE_S)
        finally:
            if answer is None:  # or it would be taken for the answer to what is asked next
                _kill(process, self._owner)
        return answer not in {None, "false\n"}

    def close(self) -> None:
        """End the process. Whoever reads on starts another."""
        if self._process is not None:
            _kill(self._process, self._owner)

    def _running(self) -> subprocess.Popen[str]:
        process = self._process
        if process is not None and self._owner != os.getpid():
            process.returncode = 0  # not ours to wait for: we are a fork of its parent
        elif process is not None and process.poll() is None:
            return process
        # Its words may quote a file, so they go nowhere.
        started = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", FORK_SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            encoding="utf-8",
            start_new_session=True,
        )
        self._process, self._owner = started, os.getpid()
        weakref.finalize(self, _kill, started, self._owner)
        return started


def _ask(process: subprocess.Popen[str], question: object, seconds: float) -> str | None:
    """Empty where the process is lost, ``None`` where it says nothing in time."""
    questions, answers = _pipes(process)
    questions.write(json.dumps(question) + "\n")
    questions.flush()
    readable, _, _ = select.select([answers], [], [], seconds)
    return answers.readline() if readable else None


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("It was started without pipes.")
    return process.stdin, process.stdout


def _kill(process: subprocess.Popen[str], owner: int) -> None:
    """With all that was forked from it."""
    if owner != os.getpid():
        return
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    with process:  # which closes its pipes, and waits
        pass


def _environment() -> dict[str, str]:
    """Nothing of ours but where to find code: a hostile file must find no secret."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",
        "LANG": "C.UTF-8",
        # What is freed stays for what comes next, rather than be got anew from the system, zeroed.
        "MALLOC_MMAP_THRESHOLD_": str(16 * MEGABYTE),
        "MALLOC_TRIM_THRESHOLD_": str(64 * MEGABYTE),
        "MALLOC_TOP_PAD_": str(4 * MEGABYTE),
    }
