"""The frame of a schedule: two ticks do the work once."""

import io
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from mara.entrypoints import schedule as frame
from mara.entrypoints.schedule import LEASE, schedule
from mara.platform.clock import now
from mara.platform.database import disconnect
from tests.support.local_cloud import until

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


class TestLease:
    """It ends with its holder, however the holder ends, and not before."""

    @pytest.fixture(autouse=True)
    def short_lease(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(frame, "LEASE", timedelta(seconds=1.5))

    def test_is_short_enough_that_the_next_tick_of_a_minute_works(self) -> None:
        assert timedelta(seconds=30) >= LEASE

    def test_is_kept_while_the_job_runs(self, diary: Path) -> None:
        """Three times as long as the lease."""
        ticks: list[dict[str, Any]] = []

        def work(started: datetime) -> None:
            while now() < started + 3 * frame.LEASE:
                ticks.append(tick(diary))
                sleep(0.2)

        assert schedule("chores")(work)({}, None)["status"] == "done"
        assert {one["status"] for one in ticks} == {"skipped"}
        assert diary.read_text() == ""

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
    def test_ends_soon_after_its_holder(self, diary: Path, how: signal.Signals) -> None:
        with holder_of_the_lease() as holder:
            assert tick(diary)["status"] == "skipped"
            os.kill(holder.pid, how)
            until("a tick works", lambda: tick(diary)["status"] == "done", timeout_s=5)
        assert diary.read_text() == "x"

    def test_that_another_took_is_not_given_back_by_a_holder_that_wakes_up(
        self, diary: Path
    ) -> None:
        with holder_of_the_lease() as holder:
            os.kill(holder.pid, signal.SIGSTOP)
            until("the lease is free", lambda: tick(diary)["status"] == "done", timeout_s=5)

            def work(_: datetime) -> None:
                os.kill(holder.pid, signal.SIGCONT)
                until("the first holder has ended", lambda: not holder.is_alive(), timeout_s=10)
                assert tick(diary)["status"] == "skipped"

            assert schedule("chores")(work)({}, None)["status"] == "done"

    def test_is_named_by_the_tick_that_found_it_held(self, diary: Path) -> None:
        found: list[dict[str, Any]] = []
        schedule("chores")(lambda _: found.append(tick(diary)))({}, None)
        (skipped,) = found
        assert skipped["reason"] == "another run holds the lease"
        assert now() < datetime.fromisoformat(skipped["held_until"]) + frame.LEASE

    def test_is_not_renewed_after_the_job(self, diary: Path, log: io.StringIO) -> None:
        tick(diary)
        assert "heartbeat" not in {thread.name for thread in threading.enumerate()}
        assert "lease_lost" not in log.getvalue()


def tick(diary: Path) -> dict[str, Any]:
    """One more tick of the same schedule; what it returns."""
    return schedule("chores")(lambda _: write(diary))({}, None)


@contextmanager
def holder_of_the_lease() -> Iterator[Any]:
    """A process in the middle of its job; it ends by itself 6 s later if it is not stopped."""
    disconnect()
    working: Any = FORK.Event()

    def work(started: datetime) -> None:
        working.set()
        while now() < started + timedelta(seconds=6):
            sleep(0.05)

    process = FORK.Process(target=lambda: schedule("chores")(work)({}, None))
    process.start()
    try:
        assert working.wait(20)
        yield process
    finally:
        process.kill()
        process.join()
