"""No counter falls and none is counted twice, whatever becomes of the processes that count.

Proof 1 of operations.md: processes are killed, frozen for hours and woken after their rows were
folded; flushes fail before and after their commit; folds run at the same time.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from mara.platform.database import execute_autocommit
from mara.platform.metric_folding import FOLD, FOLD_AFTER, TOTALS
from mara.platform.metric_store import PostgresMetricStore
from tests.support.environments import Fleet, UnreliableStore

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.usefixtures("database")

COUNTING_PROCESS = """
import sys
from mara.metrics.model.family import Family
from mara.metrics.service import recorder
from mara.platform.clock import now
from mara.platform.database import execute_autocommit
from mara.platform.metric_store import PostgresMetricStore

calls = Family("mara_calls", "Calls.")
execute_autocommit("SELECT 1", {})
for _ in sys.stdin:
    recorder().count(calls)
    recorder().flush(PostgresMetricStore(), now())
    print("flushed", flush=True)
"""


class Folder:
    """Folds on a connection of its own, beside the flushes."""

    def __init__(self, url: str) -> None:
        self.link: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        self.pool = ThreadPoolExecutor(max_workers=1)

    def fold(self, now: datetime, batch: int) -> int:
        parameters = {"now": now, "before": now - FOLD_AFTER, "batch": batch}
        row: Any = self.link.execute(FOLD, parameters).fetchone()
        return int(row[0])

    def totals(self) -> dict[str, int]:
        return dict(self.link.execute(TOTALS).fetchall())


@contextmanager
def folder(url: str) -> Iterator[Folder]:
    found = Folder(url)
    with found.pool, found.link:
        yield found


def live(fleet: Fleet, beside: Folder, steps: int) -> int:
    """Run the steps, with folds at the same time; return how many rows were folded."""
    before: dict[str, int] = {}
    folded = 0
    for number in range(steps):
        task = None
        if number % 3 == 0:
            task = beside.pool.submit(beside.fold, fleet.now, fleet.random.choice((3, 50, 5000)))
        fleet.step()
        folded += task.result() if task else 0
        totals = beside.totals()
        assert all(totals.get(series, 0) >= value for series, value in before.items())
        counted, stored = (fleet.sum(lambda p: p.counted), fleet.sum(lambda p: p.stored))
        assert all(value <= counted[series] for series, value in totals.items())
        assert all(totals[series] >= value for series, value in stored.items())
        before = totals
    return folded


def end(fleet: Fleet, beside: Folder) -> None:
    """Wake every living process and let each flush; then all that it counted is there."""
    fleet.store.random.seed(1)
    for process in fleet.living:
        while process.stored != process.counted:
            process.counts.due_at = fleet.now
            process.work(fleet.store, fleet.now, fleet.random)
    totals = beside.totals()
    at_most = sum(sum((p.counted - p.stored).values()) for p in fleet.dead)
    missing = sum(fleet.sum(lambda p: p.counted).values()) - sum(totals.values())
    assert 0 <= missing <= at_most
    print(
        f"{len(fleet.everyone)} processes, {len(fleet.dead)} killed: {sum(totals.values())} counts,"
        f" {missing} lost of at most {at_most} since the last flushes"
    )


def prove(database: str, *, size: int, steps: int) -> None:
    random = Random(20261128)
    execute_autocommit("SELECT 1", {})
    fleet = Fleet(UnreliableStore(PostgresMetricStore(), random), random, NOON, size)
    with folder(database) as beside:
        assert live(fleet, beside, steps) > size
        end(fleet, beside)


class TestCounters:
    def test_never_fall_and_count_each_thing_once(self, database: str) -> None:
        prove(database, size=20, steps=60)

    @pytest.mark.proof
    def test_never_fall_and_count_each_thing_once_in_200_environments(self, database: str) -> None:
        prove(database, size=200, steps=300)

    def test_lose_nothing_that_a_killed_process_has_flushed(self, database: str) -> None:
        running = [
            subprocess.Popen(
                [sys.executable, "-c", COUNTING_PROCESS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for _ in range(2)
        ]
        for process in running:
            assert process.stdin is not None
            assert process.stdout is not None
            for _ in range(3):
                process.stdin.write("\n")
                process.stdin.flush()
                assert process.stdout.readline() == "flushed\n"
            process.send_signal(signal.SIGKILL)
            process.communicate()
        with folder(database) as beside:
            assert beside.totals()["mara_calls"] == 6
