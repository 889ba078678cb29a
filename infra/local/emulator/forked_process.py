"""A process that a fork server starts, with the interface of ``subprocess.Popen``."""

import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import connection, get_context
from pathlib import Path
from typing import IO


class ForkedProcess:
    """What ministack uses of ``subprocess.Popen``, with text streams."""

    def __init__(self, command: Sequence[str], cwd: str, env: Mapping[str, str]) -> None:
        """Run ``command``: an interpreter and a script. ``env`` is its whole environment."""
        server = get_context("forkserver")
        # Only this process keeps the other ends: a function ends at the end of its input.
        stdin, to_stdin = server.Pipe(duplex=False)
        from_stdout, stdout = server.Pipe(duplex=False)
        from_stderr, stderr = server.Pipe(duplex=False)
        self.stdin = _text(to_stdin, "w")
        self.stdout = _text(from_stdout, "r")
        self.stderr = _text(from_stderr, "r")
        streams = (stdin, stdout, stderr)
        # A daemon: this process does not wait for it when it ends.
        self._process = server.Process(
            target=_run, args=(command[1], cwd, dict(env), streams), daemon=True
        )
        self._process.start()
        for stream in streams:
            stream.close()

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return the exit status. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired("a function", timeout or 0.0)
        return status

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()


def _text(end: connection.Connection, mode: str) -> IO[str]:
    """Return a line-buffered text file that owns the descriptor of ``end``."""
    descriptor = os.dup(end.fileno())
    end.close()
    return os.fdopen(descriptor, mode, buffering=1, encoding="utf-8")


def _run(
    script: str, cwd: str, env: Mapping[str, str], streams: Sequence[connection.Connection]
) -> None:
    """Become the process that ``subprocess.Popen`` would have made."""
    for descriptor, stream in enumerate(streams):
        os.dup2(stream.fileno(), descriptor)
        stream.close()
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = [script]
    sys.path[0] = str(Path(script).parent)
    runpy.run_path(script, run_name="__main__")
