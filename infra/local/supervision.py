"""Keeps servers running: one that ends or falls silent is started again, the others left alone."""

import json
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from infra.local.child_ends import ChildEnds

if TYPE_CHECKING:
    import subprocess

QUICK_S = 10.0
QUICK_ENDS_MAX = 3
"""A server that ends so often, each time within QUICK_S of its start, is given up."""

READY_MAX_S = 60.0
READY_POLL_S = 0.05

PROBE_S = 2.0
"""Between two questions to servers whether they answer."""
SILENT_MAX_S = 20.0
"""A server that does not answer for so long is stopped, and started again."""
END_MAX_S = 10.0
"""One that does not end so long after its signal is killed."""

UP, RESTARTING, OFF = "up", "restarting", "off"


class StartFailed(RuntimeError):
    """A server did not start; the text names it and the reason."""


class ShuttingDown(Exception):
    """The supervisor was asked to stop."""


@dataclass
class Server:
    """One server: how it is started, and what happened to it.

    ``recover`` is called after a restart, for what the server had in memory only.
    """

    name: str
    start: "Callable[[], subprocess.Popen[bytes]]"
    recover: Callable[[], None] = lambda: None
    restarts: bool = True
    """False for one whose end must be noticed and tolerated."""
    stop_signal: signal.Signals = signal.SIGTERM
    is_ready: Callable[[], bool] = lambda: True
    """Whether it has started; the next server is started then."""
    answers: Callable[[], bool] = lambda: True
    """Whether it does its work; one that runs may still refuse all."""
    process: "subprocess.Popen[bytes] | None" = None
    state: str = OFF
    ends: list[str] = field(default_factory=list)
    """A sentence for each time that it ended."""
    _started_at: float = 0.0
    _quick_ends: int = 0
    _answered_at: float = 0.0
    _told_at: float | None = None
    """When it was told to end."""

    def run(self) -> Self:
        """Start it."""
        self._started_at, self._told_at = time.monotonic(), None
        self.process = self.start()
        self._answered_at = time.monotonic()
        self.state = UP
        return self

    def probe(self) -> None:
        """Tell it to end where it has not answered for long; kill it where it does not end."""
        now = time.monotonic()
        if self.process is None or self.state != UP:
            return
        if self._told_at is not None:
            if now - self._told_at > END_MAX_S:
                self.process.kill()
        elif self.answers():
            self._answered_at = now
        elif now - self._answered_at > SILENT_MAX_S:
            print(f"{self.name} has not answered for {SILENT_MAX_S:g} s: it is stopped", flush=True)
            self._told_at = now
            self.process.send_signal(self.stop_signal)

    def has_ended(self, exit_code: int) -> None:
        """Note an end; ``exit_code`` is negative for a signal."""
        why = f"signal {-exit_code}" if exit_code < 0 else f"exit status {exit_code}"
        self.ends.append(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} ({why})")
        quick = time.monotonic() - self._started_at < QUICK_S
        self._quick_ends = self._quick_ends + 1 if quick else 0
        given_up = self._quick_ends > QUICK_ENDS_MAX
        self.state = OFF if given_up or not self.restarts else RESTARTING

    def describe(self) -> dict[str, Any]:
        """What the status file holds about it."""
        return {"state": self.state, "restarts": len(self.ends), "ended": self.ends[-1:]}


class Supervision:
    """The servers of one supervisor process, and the file that tells their state."""

    def __init__(self, file: Path) -> None:
        """``file`` is rewritten at each change. Handles SIGTERM and SIGCHLD from now on."""
        self._file = file
        self._servers: list[Server] = []
        self._stop_requested = False
        self._may_interrupt = False
        self._probed_at = 0.0
        self._ends = ChildEnds()
        signal.signal(signal.SIGTERM, self._request_stop)

    def run(self, servers: Iterable[Server]) -> None:
        """Start servers in this order. Raises StartFailed, ShuttingDown."""
        for server in servers:
            self._check_stop()
            self._servers.append(server)
            try:
                server.run()
                self._wait_until_ready(server)
            except (RuntimeError, OSError) as error:
                raise StartFailed(f"The {server.name} did not start:\n{error}") from error
            self._write()

    def _wait_until_ready(self, server: Server) -> None:
        give_up_at = time.monotonic() + READY_MAX_S
        while not server.is_ready():
            self._check_stop()
            if server.process is not None and server.process.poll() is not None:
                raise RuntimeError(f"it ended with exit status {server.process.returncode}")
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"it is not ready after {READY_MAX_S:g} s")
            time.sleep(READY_POLL_S)

    def adopt(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        """Stop a process with the others; it is not started again. Raises ShuttingDown."""
        self._servers.append(Server(name, lambda: process, restarts=False).run())
        self._write()
        self._check_stop()

    def watch(self) -> None:
        """Start each server again that ends, until SIGTERM raises ShuttingDown."""
        while True:
            with self._interruptible():
                ended = self._ends.wait(PROBE_S)  # adopted orphans end here as well
                self._probe()
            for pid, exit_code in ended:
                by_id = (s for s in self._servers if s.process and s.process.pid == pid)
                server_of_it = next(by_id, None)
                if server_of_it is not None and server_of_it.process is not None:
                    server_of_it.process.returncode = exit_code
                    self._handle_end(server_of_it, exit_code)

    def _probe(self) -> None:
        if time.monotonic() - self._probed_at >= PROBE_S:
            for server in self._servers:
                server.probe()
            self._probed_at = time.monotonic()

    def stop(self) -> None:
        """Stop all in the opposite order, and wait for each."""
        # A second signal must not interrupt the wait.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for server in reversed(self._servers):
            if server.process is not None and server.process.poll() is None:
                server.process.send_signal(server.stop_signal)
                server.process.wait()
        self._file.unlink(missing_ok=True)

    def _request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop at once where nothing is being started: what had no owner yet would be left."""
        self._stop_requested = True
        if self._may_interrupt:
            raise ShuttingDown

    def _check_stop(self) -> None:
        if self._stop_requested:
            raise ShuttingDown

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let SIGTERM end the block."""
        self._may_interrupt = True
        try:
            self._check_stop()
            yield
        finally:
            self._may_interrupt = False

    def _handle_end(self, server: Server, exit_code: int) -> None:
        server.has_ended(exit_code)
        self._write()
        while server.state == RESTARTING:
            try:
                server.run()
                with self._interruptible():
                    server.recover()
            except (RuntimeError, OSError) as error:
                print(f"{server.name} was not started again: {error}", flush=True)
                if server.process is not None and server.process.poll() is None:
                    server.process.kill()
                    server.process.wait()
                server.has_ended(1)
            self._write()

    def _write(self) -> None:
        found = {server.name: server.describe() for server in self._servers if server.process}
        staging = self._file.with_suffix(".new")
        staging.write_text(json.dumps(found), "utf-8")
        staging.replace(self._file)
