"""The passphrase comes from the environment or the terminal."""

import io
import os

import pytest

from infra.local.backup.passphrase import VARIABLE, NoPassphrase, read_passphrase

LONG = "twelve chars"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def type_in(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    answers = iter(typed)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))


def test_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, LONG)
    assert read_passphrase(twice=True) == LONG


def test_is_not_left_to_programs_that_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, LONG)
    read_passphrase(twice=False)
    assert VARIABLE not in os.environ


def test_is_not_that_of_an_empty_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, LONG, LONG + "x")
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(NoPassphrase, match="differ"):
        read_passphrase(twice=True)
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr("sys.stdin", io.StringIO(LONG))
    with pytest.raises(NoPassphrase, match="no terminal"):
        read_passphrase(twice=False)


def test_is_typed_twice_for_a_new_file(monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, LONG, LONG)
    assert read_passphrase(twice=True) == LONG
    type_in(monkeypatch, LONG, LONG + "x")
    with pytest.raises(NoPassphrase, match="differ"):
        read_passphrase(twice=True)


def test_is_not_waited_for_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(LONG))
    with pytest.raises(NoPassphrase, match=VARIABLE):
        read_passphrase(twice=False)


@pytest.mark.parametrize("short", ["", LONG[1:]])
def test_has_twelve_characters(monkeypatch: pytest.MonkeyPatch, short: str) -> None:
    type_in(monkeypatch, short)
    with pytest.raises(NoPassphrase, match="12"):
        read_passphrase(twice=False)
