"""The frame of a schedule: two ticks do the work once."""

import os
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from mara.entrypoints import schedule as frame
from mara.entrypoints.schedule import schedule
from mara.platform.clock import now
from mara.platform.database import disconnect

pytestmark = pytest.mark.usefixtures("database")
FORK = get_context("fork")


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary"
    path.touch()
    return path


def write(diary: Path) -> None:
    with diary.open("a") as file:
        file.write("x")


class TestSchedule:
    """Invariant 29: two ticks at once, or one longer than its period, do the work once."""

    def test_eight_ticks_at_once_work_once(self, diary: Path) -> None:
        disconnect()
        barrier: Any = FORK.Barrier(8)
        release: Any = FORK.Event()

        def tick() -> None:
            def work(_: datetime) -> None:
                write(diary)
                release.wait(20)  # a tick that outlives the next ones

            barrier.wait()
            schedule("chores")(work)({}, None)

        def late(processes: list[Any]) -> int:
            return sum(process.is_alive() for process in processes)

        processes: list[Any] = [FORK.Process(target=tick) for _ in range(8)]
        for process in processes:
            process.start()
        while late(processes) > 1:  # seven find the lease held and go
            for process in processes:
                process.join(0.05)
        assert diary.read_text() == "x"
        release.set()
        for process in processes:
            process.join()

    def test_the_next_tick_works_again(self, diary: Path) -> None:
        handler = schedule("chores")(lambda _: write(diary))
        handler({}, None)
        handler({}, None)
        assert diary.read_text() == "xx"

    def test_a_failure_gives_the_lease_back_and_is_raised(self, diary: Path) -> None:
        def fail(_: datetime) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            schedule("chores")(fail)({}, None)
        schedule("chores")(lambda _: write(diary))({}, None)
        assert diary.read_text() == "x"

    def test_a_lease_whose_holder_died_runs_out(
        self, diary: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disconnect()
        process = FORK.Process(target=lambda: schedule("chores")(lambda _: os._exit(9))({}, None))
        process.start()
        process.join()
        handler = schedule("chores")(lambda _: write(diary))
        handler({}, None)
        assert diary.read_text() == ""
        monkeypatch.setattr(frame, "now", lambda: now() + frame.LEASE + timedelta(seconds=1))
        handler({}, None)
        assert diary.read_text() == "x"
