"""Which stack a command means, and what its hints name."""

import os
from pathlib import Path

import pytest

from infra.local import settings, stacks
from infra.local.cli import main
from infra.local.settings import ports, record_port


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, with no stack yet."""
    for module in (settings, stacks):
        monkeypatch.setattr(module, "DEFAULT_HOME", tmp_path / ".mara")
    monkeypatch.setattr(stacks, "REGISTER", tmp_path / "register")
    # This process stands for a supervisor.
    monkeypatch.setattr(stacks, "SUPERVISOR", Path("/proc/self/cmdline").read_bytes())
    monkeypatch.setenv("MARA_HOME", "")
    monkeypatch.delenv("MARA_PORT_BASE", raising=False)
    return tmp_path


def start(monkeypatch: pytest.MonkeyPatch, home: Path, port: int) -> None:
    """Leave what `make up` leaves of a running stack."""
    with monkeypatch.context() as patch:
        patch.setenv("MARA_HOME", str(home))
        patch.setenv("MARA_PORT_BASE", str(port))
        record_port()
        stacks.register()
    (home / stacks.PID_FILE).write_text(str(os.getpid()))


def test_a_stack_is_found_by_its_folder_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(monkeypatch, checkout / "other", 18000)
    monkeypatch.setenv("MARA_HOME", str(checkout / "other"))
    stacks.select()
    assert ports().front == 18000
    assert stacks.command("make down") == f"MARA_HOME={checkout / 'other'} make down"


def test_the_only_running_stack_of_the_checkout_is_meant(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(monkeypatch, checkout / "other", 18000)
    stacks.select()
    assert ports().front == 18000


def test_the_stack_without_a_folder_of_its_own_comes_first(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(monkeypatch, checkout / "other", 18000)
    start(monkeypatch, checkout / ".mara", 8000)
    stacks.select()
    assert ports().front == 8000
    assert stacks.command("make down") == "make down"


def test_several_are_named_with_their_addresses(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, port in (("one", 18000), ("two", 28000)):
        start(monkeypatch, checkout / name, port)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    for name, port in (("one", 18000), ("two", 28000)):
        assert f"MARA_HOME={checkout / name}   http://localhost:{port}" in said


@pytest.mark.parametrize("line", [["superuser", "you@example.com"], ["ledger", "verify"]])
def test_none_is_meant_where_a_database_is_named(
    line: list[str],
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, port in (("one", 18000), ("two", 28000)):
        start(monkeypatch, checkout / name, port)
    monkeypatch.setenv("MARA_STAGE", "elsewhere")
    monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara:0123456789abcdef@127.0.0.1:1/mara")
    assert main(line) == 1
    said = capsys.readouterr().err
    assert "the database at MARA_DATABASE_URL does not answer" in said
    assert "make up" not in said
    assert "0123456789abcdef" not in said
    assert not os.environ["MARA_HOME"]


def test_one_of_several_is_chosen_by_its_port(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, port in (("one", 18000), ("two", 28000)):
        start(monkeypatch, checkout / name, port)
    monkeypatch.setenv("MARA_PORT_BASE", "28000")
    stacks.select()
    assert os.environ["MARA_HOME"] == str(checkout / "two")


def test_a_stopped_one_is_not_meant(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(monkeypatch, checkout / "other", 18000)
    (checkout / "other" / stacks.PID_FILE).unlink()
    stacks.select()
    assert ports().front == 8000


def test_status_names_the_stack_and_how_it_is_started(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARA_HOME", str(checkout / "other"))
    assert main(["status"]) == 1
    said = capsys.readouterr().out
    assert f"down: the stack in {checkout / 'other'}" in said
    assert f"`MARA_HOME={checkout / 'other'} make up`" in said


def test_a_command_that_needs_a_stack_names_the_one_that_is_down(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARA_HOME", str(checkout / "other"))
    assert main(["logs", "--no-follow"]) == 1
    said = capsys.readouterr().err
    assert f"the stack in {checkout / 'other'} is down" in said
