"""A server that ends is started again; the others, and the supervisor, are left alone."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.local_cloud import until

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os, signal, subprocess, sys
from pathlib import Path
from infra.local import supervision as supervision_module
from infra.local.supervision import Server, ShuttingDown, StartFailed, Supervision

folder = Path(sys.argv[1])

def sleeper(name, lasts="600"):
    def start():
        code = f"import time; time.sleep({lasts})"
        process = subprocess.Popen([sys.executable, "-c", code])
        with (folder / name).open("a") as file:
            file.write(f"{process.pid}\\n")
        return process
    return start

def recover():
    with (folder / "recovered").open("a") as file:
        file.write("yes\\n")

def asked_to_stop():
    process = sleeper("late")()
    os.kill(os.getpid(), signal.SIGTERM)
    return process

def fails():
    raise RuntimeError("its port is taken")

def runs_again():
    return len((folder / "deaf").read_text().splitlines()) > 1

def deaf_at_first():
    is_first = not (folder / "deaf").exists()
    # What is ignored stays so in the process that is started.
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_first else signal.SIG_DFL)
    return sleeper("deaf")()

def asks_for_slow():
    (folder / "slow-was-ready").write_text(str((folder / "slow-is-ready").exists()))
    return sleeper("asks-for-slow")()

supervision = Supervision(folder / "servers.json")
supervision_module.PROBE_S, supervision_module.SILENT_MAX_S = 0.1, 0.5
supervision_module.END_MAX_S = 0.5
try:
    supervision.run([Server("one", sleeper("one"), recover=recover), Server("two", sleeper("two"))])
    if "fails" in sys.argv:
        supervision.run([Server("three", fails)])
    if "asked-to-stop" in sys.argv:
        supervision.run([Server("late", asked_to_stop), Server("never", sleeper("never"))])
    if "slow" in sys.argv:
        supervision_module.READY_MAX_S = 5.0
        is_ready = (folder / "slow-is-ready").exists
        slow = Server("slow", sleeper("slow", sys.argv[-1]), is_ready=is_ready)
        supervision.run([slow, Server("asks", asks_for_slow)])
    if "short" in sys.argv:
        supervision.run([Server("short", sleeper("short", "0"))])
    if "silent" in sys.argv:
        answers = lambda: not (folder / "silent-now").exists()
        supervision.run([Server("silent", sleeper("silent"), answers=answers)])
    if "deaf" in sys.argv:
        deaf = Server("deaf", deaf_at_first, stop_signal=signal.SIGINT, answers=runs_again)
        supervision.run([deaf])
    supervision.adopt("chain", sleeper("chain")())
    supervision.watch()
except StartFailed as error:
    print(error)
except ShuttingDown:
    pass
finally:
    supervision.stop()
"""


class Supervisor:
    """A supervisor process with servers that sleep."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)

    def pids(self, name: str) -> list[int]:
        path = self.folder / name
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []

    def states(self) -> dict[str, Any]:
        path = self.folder / "servers.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def state(self, name: str) -> str:
        return str(self.states().get(name, {}).get("state"))


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Supervisor]:
    started = Supervisor(folder, *options)
    try:
        until("all run", lambda: started.state("chain") == "up")
        yield started
    finally:
        started.stop()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with running(tmp_path) as started:
        yield started


def test_a_killed_server_is_started_again_and_the_others_go_on(supervisor: Supervisor) -> None:
    (two,) = supervisor.pids("two")
    os.kill(supervisor.pids("one")[0], signal.SIGKILL)
    until("it runs again", lambda: len(supervisor.pids("one")) == 2)
    until("it is up", lambda: supervisor.state("one") == "up")
    assert (supervisor.folder / "recovered").read_text() == "yes\n"
    assert supervisor.pids("two") == [two]
    assert supervisor.states()["one"]["restarts"] == 1
    assert "signal 9" in supervisor.states()["one"]["ended"][0]
    assert supervisor.process.poll() is None


def test_an_adopted_one_stays_off(supervisor: Supervisor) -> None:
    os.kill(supervisor.pids("chain")[0], signal.SIGKILL)
    until("it is off", lambda: supervisor.state("chain") == "off")
    assert len(supervisor.pids("chain")) == 1


def test_all_end_with_the_supervisor(supervisor: Supervisor) -> None:
    pids = [pid for name in ("one", "two", "chain") for pid in supervisor.pids(name)]
    supervisor.process.terminate()
    supervisor.process.wait(timeout=20)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert supervisor.states() == {}


def test_one_that_ends_at_once_every_time_is_given_up(tmp_path: Path) -> None:
    started = Supervisor(tmp_path, "short")
    until("it is given up", lambda: started.state("short") == "off")
    assert len(started.pids("short")) == 4
    assert started.state("two") == "up"
    started.stop()


class TestSilentServer:
    def test_is_started_again_and_the_others_go_on(self, tmp_path: Path) -> None:
        with running(tmp_path, "silent") as started:
            (tmp_path / "silent-now").touch()
            until("it was stopped", lambda: len(started.pids("silent")) > 1)
            (tmp_path / "silent-now").unlink()
            until("it is up", lambda: started.state("silent") == "up")
            assert len(started.pids("one")) == 1
            assert "signal 15" in started.states()["silent"]["ended"][0]

    def test_that_answers_again_in_time_is_left_alone(self, tmp_path: Path) -> None:
        with running(tmp_path, "silent") as started:
            (tmp_path / "silent-now").touch()
            time.sleep(0.2)
            (tmp_path / "silent-now").unlink()
            time.sleep(1)
            assert len(started.pids("silent")) == 1

    def test_that_does_not_end_is_killed(self, tmp_path: Path) -> None:
        with running(tmp_path, "deaf") as started:
            until("it runs again", lambda: len(started.pids("deaf")) == 2)
            until("it is up", lambda: started.state("deaf") == "up")
            assert "signal 9" in started.states()["deaf"]["ended"][0]


def test_one_that_does_not_start_is_named_with_its_reason(tmp_path: Path) -> None:
    started = Supervisor(tmp_path, "fails")
    said, _ = started.process.communicate(timeout=20)
    assert said == "The three did not start:\nits port is taken\n"
    for name in ("one", "two"):
        with pytest.raises(ProcessLookupError):
            os.kill(started.pids(name)[0], 0)


class TestServerThatStartsSlowly:
    def test_is_waited_for(self, tmp_path: Path) -> None:
        started = Supervisor(tmp_path, "slow", "600")
        until("it starts", lambda: started.pids("slow"))
        assert not (tmp_path / "slow-was-ready").exists()
        assert "slow" not in started.states()
        (tmp_path / "slow-is-ready").touch()
        until("all run", lambda: started.state("chain") == "up")
        assert (tmp_path / "slow-was-ready").read_text() == "True"
        started.stop()

    @pytest.mark.parametrize(
        ("lasts", "reason"),
        [("0", "it ended with exit status 0"), ("600", "it is not ready after 5 s")],
    )
    def test_is_given_up_with_the_reason(self, tmp_path: Path, lasts: str, reason: str) -> None:
        started = Supervisor(tmp_path, "slow", lasts)
        said, _ = started.process.communicate(timeout=20)
        assert said == f"The slow did not start:\n{reason}\n"
        assert started.pids("asks-for-slow") == []
        with pytest.raises(ProcessLookupError):
            os.kill(started.pids("slow")[0], 0)

    def test_is_stopped_with_the_others(self, tmp_path: Path) -> None:
        started = Supervisor(tmp_path, "slow", "600")
        until("it starts", lambda: started.pids("slow"))
        started.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(started.pids("slow")[0], 0)


def test_a_stop_while_a_server_starts_leaves_no_process(tmp_path: Path) -> None:
    started = Supervisor(tmp_path, "asked-to-stop")
    started.process.communicate(timeout=20)
    assert started.process.returncode == 0
    assert started.pids("never") == []
    for name in ("one", "two", "late"):
        with pytest.raises(ProcessLookupError):
            os.kill(started.pids(name)[0], 0)
