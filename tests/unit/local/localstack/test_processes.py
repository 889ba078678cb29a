"""The background process is stopped, whether it ends by itself, on SIGTERM, or by a kill only."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local import background
from infra.local.localstack import processes
from infra.local.localstack.stage import LocalStackFailed

WAITS = "print('ready', flush=True); import signal; signal.pause()"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"

Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a program that is taken for the background process."""
    monkeypatch.setenv("MARA_HOME", str(tmp_path))
    started = []

    def begin(program: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-c", program, processes.MODULE], stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        (tmp_path / "servers.pid").write_text(str(process.pid))
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_ends_on_sigterm(start: Start) -> None:
    process = start(WAITS)
    assert processes.stop()
    assert process.wait() == -signal.SIGTERM


def test_is_killed_if_it_ignores_sigterm(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "STOP_TIMEOUT_S", 0.0)
    process = start(IGNORES_SIGTERM)
    assert processes.stop()
    assert process.wait() == -signal.SIGKILL
    assert processes.running_pid() is None


def test_may_end_just_before_the_signal(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    process, kill = start(WAITS), os.kill

    def end_before(pid: int, number: int) -> None:
        kill(process.pid, signal.SIGKILL)
        process.wait()
        kill(pid, number)

    monkeypatch.setattr(os, "kill", end_before)
    assert processes.stop()
    assert processes.running_pid() is None


def test_that_survives_a_kill_is_an_error(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    process, sent = start(WAITS), list[int]()
    monkeypatch.setattr(background, "STOP_TIMEOUT_S", 0.0)
    monkeypatch.setattr(background, "KILL_TIMEOUT_S", 0.0)
    with monkeypatch.context() as patch:
        # No process can ignore SIGKILL; one that waits for a device gets it late.
        patch.setattr(os, "kill", lambda _pid, number: sent.append(number))
        with pytest.raises(LocalStackFailed, match=f"Process {process.pid} still runs"):
            processes.stop()
    assert sent == [signal.SIGTERM, signal.SIGKILL]
    assert processes.running_pid() == process.pid
