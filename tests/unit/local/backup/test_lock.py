"""Two backups or restores of one stack do not run at once."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from infra.local.backup.lock import Busy, locked
from infra.local.backup.swap import exchange


def hold(home: Path, held: Connection) -> None:
    with locked(home):
        held.send(True)
        signal.pause()


def test_second_process_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    held, holding = multiprocessing.Pipe()
    first = multiprocessing.get_context("spawn").Process(target=hold, args=(tmp_path, holding))
    first.start()
    assert held.poll(30)
    with pytest.raises(Busy, match=str(tmp_path)), locked(tmp_path):
        pass
    os.kill(first.pid or 0, signal.SIGKILL)
    first.join()
    with locked(tmp_path):
        assert list(tmp_path.iterdir()) == []  # a restore needs an empty folder


def test_folder_that_was_exchanged_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "other").mkdir()
    opened = os.open

    def exchanged(path: Path, flags: int) -> int:
        descriptor = opened(path, flags)
        exchange(tmp_path / "home", tmp_path / "other")
        return descriptor

    monkeypatch.setattr(os, "open", exchanged)
    with pytest.raises(Busy), locked(tmp_path / "home"):
        pass
