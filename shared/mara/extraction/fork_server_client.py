"""Client of the fork server: starts it, sends it one file at a time, enforces the time limit."""

import json
import os
import select
import signal
import subprocess
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO

from mara.extraction.tesseract import VARIABLES

FORK_SERVER = "mara.extraction.fork_server"

MEGABYTE = 1024**2

GRACE_S = 5.0
"""Extra time before a worker is killed from outside: it may have cancelled its own timer."""


class ForkServerClient:
    """Starts the server with the first file, and again after a crash or a fork of this process.

    Not thread-safe.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0

    def read(self, format: str, path: Path, output: Path, seconds: float, *, ocr: str = "") -> bool:
        """Whether the worker ended within ``seconds``; its output file tells the result.

        ``ocr`` names the engine that recognises pages without text, none by default.
        """
        process = self._running()
        answer = None
        try:
            question = [format, str(path), str(output), seconds, ocr]
            answer = _ask(process, question, seconds + GRACE_S)
        finally:
            if answer is None:  # or a late answer would be taken for the next one
                _kill(process, self._owner)
        return answer not in {None, "false\n"}

    def close(self) -> None:
        """End the server; the next read starts another one."""
        process = self._process
        if process is None:
            return
        if self._owner == os.getpid():
            # Let it wait for its children, so that the system counts what they used.
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=GRACE_S)
        _kill(process, self._owner)

    def _running(self) -> subprocess.Popen[str]:
        process = self._process
        if process is not None and self._owner != os.getpid():
            process.returncode = 0  # this process is a fork of its parent and cannot wait for it
        elif process is not None and process.poll() is None:
            return process
        # Error messages may quote a file, so stderr is discarded.
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
    """The answer line: empty where the server has died, ``None`` after a timeout."""
    questions, answers = _pipes(process)
    questions.write(json.dumps(question) + "\n")
    questions.flush()
    readable, _, _ = select.select([answers], [], [], seconds)
    return answers.readline() if readable else None


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the fork server was started without pipes")
    return process.stdin, process.stdout


def _kill(process: subprocess.Popen[str], owner: int) -> None:
    """Kill the server's process group, its workers included."""
    if owner != os.getpid():
        return
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    with process:  # closes its pipes, and waits
        pass


def _environment() -> dict[str, str]:
    """Only the paths of code: a hostile file must find no secret in the environment."""
    return {
        "PATH": "",
        **{name: os.environ[name] for name in VARIABLES if name in os.environ},
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",
        "LANG": "C.UTF-8",
        # Keep freed memory for reuse instead of returning it and getting zeroed pages again.
        "MALLOC_MMAP_THRESHOLD_": str(16 * MEGABYTE),
        "MALLOC_TRIM_THRESHOLD_": str(64 * MEGABYTE),
        "MALLOC_TOP_PAD_": str(4 * MEGABYTE),
    }
