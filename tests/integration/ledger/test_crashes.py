"""Invariant 14: whatever is killed at whatever moment, nothing is doubled, lost or overdrawn."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import connection as waiting
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.local.postgres import ADMIN, APP, PostgresServer
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import UserAccount
from mara.platform.database import connection, disconnect, transaction
from mara.wiring.ledger import audit_service
from tests.support.money import make_owner
from tests.support.postgres import durable_database
from tests.support.processes import kill
from tests.support.turmoil import Expected, Notes, Step, script, work

WORKERS = 8
MOVEMENTS = [
    1_000,
    pytest.param(8_000, marks=pytest.mark.proof),
    pytest.param(
        100_000,
        marks=[
            pytest.mark.proof,
            pytest.mark.skipif(
                os.environ.get("MARA_TEST_FULL") != "1",
                reason="a quarter of an hour: MARA_TEST_FULL=1",
            ),
        ],
    ),
]
OWNERS = 12
"""Few, so that the workers meet."""
CRASH_EVERY = 8
"""Kills of workers, to one of the server."""
MOVEMENTS_PER_KILL = (10, 50)
"""Counted in progress and not in time: a slow machine kills as often as a fast one."""
POLL_S = 0.02
DATABASE = "turmoil"


@pytest.fixture
def server(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresServer]:
    with durable_database(tmp_path_factory.mktemp("turmoil"), DATABASE, monkeypatch) as started:
        yield started


@dataclass
class Turmoil:
    """Keeps the workers at work, and kills them and the server."""

    server: PostgresServer
    scripts: list[list[Step]]
    notes: list[Notes]
    choose: Random = field(default_factory=lambda: Random("kills"))
    killed: int = 0
    crashed: int = 0
    kill_at: int = 0

    def run(self) -> None:
        workers: dict[int, Any] = {number: self._start(number) for number in range(WORKERS)}
        while workers:
            sentinels = [worker.sentinel for worker in workers.values()]
            waiting.wait(sentinels, timeout=POLL_S)
            if self._progress() >= self.kill_at:
                self.kill_at += self.choose.randint(*MOVEMENTS_PER_KILL)
                self._kill_something(list(workers.values()))
            for number, worker in list(workers.items()):
                if worker.exitcode is None:
                    continue
                worker.close()
                if self._finished(number):
                    del workers[number]
                else:
                    workers[number] = self._start(number)

    def _progress(self) -> int:
        return sum(len(notes.read()) for notes in self.notes)

    def _finished(self, number: int) -> bool:
        return len(self.notes[number].read()) == len(self.scripts[number])

    def _start(self, number: int) -> Any:
        process = get_context("fork").Process(
            target=_silently, args=(self.scripts[number], self.notes[number])
        )
        process.start()
        return process

    def _kill_something(self, workers: list[Any]) -> None:
        self.killed += 1
        if self.killed % CRASH_EVERY:
            self.choose.choice(workers).kill()
            return
        self.crashed += 1
        if self.crashed % 2:
            self._kill_a_backend()
        else:
            self._kill_the_server()

    def _kill_a_backend(self) -> None:
        """The server then ends every session, and recovers from its log."""
        with psycopg.connect(self.server.url(ADMIN, "postgres"), autocommit=True) as link:
            query = "SELECT pid FROM pg_stat_activity WHERE usename = %s"
            pids = [pid for (pid,) in link.execute(query, [APP])]
        if pids:
            kill(self.choose.choice(pids))
        assert self.server.process is not None
        assert self.server._wait_until_ready(self.server.process, float("inf"))

    def _kill_the_server(self) -> None:
        assert self.server.process is not None
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()


def _silently(steps: list[Step], notes: Notes) -> None:
    """A worker whose connection is gone ends, as a function does; it will be started again."""
    try:
        work(steps, notes)
    except Exception:  # noqa: BLE001 - the outcome is in the notes and in the books
        os._exit(1)


def balances() -> dict[tuple[UUID, UserAccount], int]:
    query = "SELECT owner_id, available, reserved, suspense FROM ledger_accounts"
    return {
        (owner_id, account): amount
        for owner_id, *amounts in connection().execute(query)
        for account, amount in zip(UserAccount, amounts, strict=True)
    }


class TestCrashes:
    @pytest.mark.parametrize("movements", MOVEMENTS)
    def test_leave_every_movement_there_exactly_once(
        self, movements: int, server: PostgresServer, tmp_path: Path
    ) -> None:
        owners = [make_owner() for _ in range(OWNERS)]
        disconnect()
        scripts = [script(number, movements // WORKERS, owners) for number in range(WORKERS)]
        notes = [Notes(tmp_path / f"notes {number}") for number in range(WORKERS)]
        turmoil = Turmoil(server, scripts, notes)
        turmoil.run()
        done = [
            step
            for steps, answers in zip(scripts, notes, strict=True)
            for step, answer in zip(steps, answers.read(), strict=True)
            if answer == "d"
        ]
        expected = Expected.of(done)
        audit = audit_service().verify()
        with transaction(SYSTEM):
            found = balances()
            (total,) = connection().execute("SELECT sum(amount) FROM ledger_postings").fetchall()[0]
        print(
            f"{sum(map(len, scripts))} movements, {len(done)} done, {audit.transfers} transfers, "
            f"{turmoil.killed - turmoil.crashed} workers and {turmoil.crashed} servers killed"
        )
        assert audit.differences == ()
        assert total == 0
        assert min(found.values()) >= 0
        assert {place: amount for place, amount in found.items() if amount} == {
            place: amount for place, amount in expected.balances.items() if amount
        }
        assert audit.transfers == expected.transfers
        assert turmoil.crashed >= 2
        assert len(done) < sum(map(len, scripts)), "some must have been refused"
