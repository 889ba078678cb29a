"""Which stack a command means, and what its hints name."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from infra.local import lifecycle, settings, stacks
from infra.local.cli import main
from infra.local.lifecycle import CannotStart
from infra.local.settings import ports, record_port
from infra.local.supervisor_process import MODULE, PID_FILE

Start = Callable[[Path, int], None]


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, with no stack yet."""
    for module in (settings, stacks):
        monkeypatch.setattr(module, "DEFAULT_HOME", tmp_path / ".mara")
    monkeypatch.setattr(stacks, "REGISTER", tmp_path / "register")
    monkeypatch.setenv("MARA_HOME", "")
    for name in ("MARA_PORT_BASE", "MARA_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Leaves what `make up` leaves of a running stack; a process that waits is its supervisor."""
    with ExitStack() as processes:
        yield partial(_start, monkeypatch, processes)


def _start(monkeypatch: pytest.MonkeyPatch, processes: ExitStack, home: Path, port: int) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("MARA_HOME", str(home))
        patch.setenv("MARA_PORT_BASE", str(port))
        record_port()
        stacks.register()
    (home / PID_FILE).write_text(str(processes.enter_context(_supervisor(home)).pid))


@contextmanager
def _supervisor(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    wait = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", wait, MODULE],
        env={"MARA_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def test_a_stack_is_found_by_its_folder_alone(
    checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(checkout / "other", 18000)
    monkeypatch.setenv("MARA_HOME", str(checkout / "other"))
    stacks.select()
    assert ports().front == 18000
    assert stacks.command("make down") == f"MARA_HOME={checkout / 'other'} make down"


def test_the_only_running_stack_of_the_checkout_is_meant(
    checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(checkout / "other", 18000)
    stacks.select()
    assert ports().front == 18000


def test_the_stack_without_a_folder_of_its_own_comes_first(
    checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(checkout / "other", 18000)
    start(checkout / ".mara", 8000)
    stacks.select()
    assert ports().front == 8000
    assert stacks.command("make down") == "make down"


def test_several_are_named_with_their_addresses(
    checkout: Path,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, port in (("one", 18000), ("two", 28000)):
        start(checkout / name, port)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    for name, port in (("one", 18000), ("two", 28000)):
        assert f"MARA_HOME={checkout / name}   http://localhost:{port}" in said


@pytest.mark.parametrize("line", [["superuser", "you@example.com"], ["ledger", "verify"]])
def test_none_is_meant_where_a_database_is_named(
    line: list[str],
    checkout: Path,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, port in (("one", 18000), ("two", 28000)):
        start(checkout / name, port)
    monkeypatch.setenv("MARA_STAGE", "elsewhere")
    monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara:0123456789abcdef@127.0.0.1:1/mara")
    assert main(line) == 1
    said = capsys.readouterr().err
    assert "the database at MARA_DATABASE_URL does not answer" in said
    assert "make up" not in said
    assert "0123456789abcdef" not in said
    assert not os.environ["MARA_HOME"]


def test_one_of_several_is_chosen_by_its_port(
    checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, port in (("one", 18000), ("two", 28000)):
        start(checkout / name, port)
    monkeypatch.setenv("MARA_PORT_BASE", "28000")
    stacks.select()
    assert os.environ["MARA_HOME"] == str(checkout / "two")


def test_a_stopped_one_is_not_meant(checkout: Path, start: Start) -> None:
    start(checkout / "other", 18000)
    (checkout / "other" / PID_FILE).unlink()
    stacks.select()
    assert ports().front == 8000


def test_status_names_the_stack_and_how_it_is_started(
    checkout: Path,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MARA_HOME", str(checkout / "other"))
    assert main(["status"]) == 1
    said = capsys.readouterr().out
    assert f"down: the stack in {checkout / 'other'}" in said
    assert f"`MARA_HOME={checkout / 'other'} make up`" in said


def test_a_command_that_needs_a_stack_names_the_one_that_is_down(
    checkout: Path,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MARA_HOME", str(checkout / "other"))
    assert main(["logs", "--no-follow"]) == 1
    said = capsys.readouterr().err
    assert f"the stack in {checkout / 'other'} is down" in said


class TestAnotherStack:
    """Runs at port 18000, which MARA_PORT_BASE still names in the operator's shell."""

    @pytest.fixture(autouse=True)
    def other(self, checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> Path:
        start(checkout / "other", 18000)
        monkeypatch.setenv("MARA_PORT_BASE", "18000")
        return checkout / "other"

    def test_is_not_read_in_place_of_the_one_that_is_down(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("MARA_HOME", str(checkout / "stopped"))
        assert main(["audit", "verify"]) == 1
        assert f"the stack in {checkout / 'stopped'} is down" in capsys.readouterr().err

    @pytest.fixture
    def mine(self, checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stack that runs at 28000 and is named by its folder, with the port of another one."""
        monkeypatch.delenv("MARA_PORT_BASE")
        start(checkout / "mine", 28000)
        monkeypatch.setenv("MARA_PORT_BASE", "18000")
        monkeypatch.setenv("MARA_HOME", str(checkout / "mine"))

    @pytest.mark.usefixtures("mine")
    def test_is_not_read_in_place_of_one_that_runs(self) -> None:
        stacks.select()
        assert ports().front == 28000

    def test_is_not_meant_by_a_copy_of_its_folder(
        self, checkout: Path, other: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(other, checkout / "copy")
        monkeypatch.setenv("MARA_HOME", str(checkout / "copy"))
        with pytest.raises(stacks.StackDown, match="copy is down"):
            stacks.check_runs()

    @pytest.mark.usefixtures("mine")
    def test_is_not_taken_for_the_one_that_is_started(self) -> None:
        with pytest.raises(CannotStart, match="runs at port 28000"):
            lifecycle.start()

    def test_is_the_one_that_its_port_names_beside_that_of_the_checkout(
        self, checkout: Path, other: Path, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MARA_PORT_BASE")
        start(checkout / ".mara", 8000)
        monkeypatch.setenv("MARA_PORT_BASE", "18000")
        stacks.select()
        assert os.environ["MARA_HOME"] == str(other)
        monkeypatch.setenv("MARA_HOME", "")
        monkeypatch.setenv("MARA_PORT_BASE", "48000")
        with pytest.raises(stacks.StackDown, match="at port 48000"):
            stacks.select()


def test_a_port_that_is_no_number_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARA_PORT_BASE", "18000x")
    assert main(["status"]) == 1
    assert "MARA_PORT_BASE must be the number of a port" in capsys.readouterr().err
