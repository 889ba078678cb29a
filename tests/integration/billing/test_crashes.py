"""Whatever is killed at any moment, everyone is charged once, in numbers without a gap.

To see it fail: raise the counter of numbers in a transaction of its own, take the moment of the
charge into its key, or mark subscriptions as charged before their charge is posted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import connection as waiting
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.wiring.ledger import audit_service
from tests.support.billing import USDT, plan_version
from tests.support.ports import free_port
from tests.support.postgres import migrate
from tests.support.subscriptions import Billing, add_plan, poison

if TYPE_CHECKING:
    from uuid import UUID

BILLERS = 5
POLL_S = 0.02
CRASH_EVERY = 20
"""Kills of billers, to one of the server."""
PRICE = 10 * USDT
DATABASE = "crashes"
PREPARE = """
    INSERT INTO users (id, email, created_at, updated_at)
    SELECT uuidv7(), n || '@example.com', now(), now() FROM generate_series(1, %(count)s) AS n;
    SELECT ledger_post(jsonb_agg(jsonb_build_object('id', uuidv7(), 'key', 'deposit' || id,
        'kind', 'deposit', 'reference', 'deposit', 'owner_id', id, 'ends_id', null,
        'expires_at', null, 'created_at', now(),
        'accounts', jsonb_build_array('custody:tron', 'available'),
        'amounts', jsonb_build_array(-15000000, 15000000)))) FROM users;
    INSERT INTO subscriptions (id, owner_id, state, version_id, anchor, period_start, period_end,
        ever_paid, trial_reminded, overage_limit, events, changed_at, due_at)
    SELECT uuidv7(), id, 'active', %(version)s, %(start)s, %(start)s, %(end)s, true, false, 0, 1,
        %(start)s, %(end)s
    FROM users;
"""


@pytest.fixture
def server(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresServer]:
    """One of its own, which writes through: what it said is committed must outlive it."""
    folder = tmp_path_factory.mktemp("crashes")
    with PostgresServer(folder / "postgres", free_port()) as started:
        started.ensure_database(DATABASE)
        migrate(started.url(OWNER, DATABASE), "upgrade", "head")
        monkeypatch.setenv("MARA_DATABASE_URL", started.url(APP, DATABASE))
        yield started
        disconnect()


@dataclass
class Crashes:
    """Keeps billers at work until nothing is due, and kills them and the server."""

    server: PostgresServer
    billing: Billing
    subscribers: int
    kills: int
    choose: Random = field(default_factory=lambda: Random("kills"))
    killed: int = 0

    def run(self) -> None:
        billers = [self._start() for _ in range(BILLERS)]
        while (charged := self._charged()) < self.subscribers - 1 or self.killed < self.kills:
            if charged >= self.killed * self.subscribers // self.kills:
                self._kill_something(billers)
            billers = [one if one.is_alive() else self._start() for one in billers]
            waiting.wait([one.sentinel for one in billers], timeout=POLL_S)
        for biller in billers:
            biller.join()

    def _start(self) -> Any:
        process = get_context("fork").Process(target=_charge, args=(self.billing,))
        process.start()
        return process

    def _charged(self) -> int:
        with psycopg.connect(self.server.url(ADMIN, DATABASE)) as link:
            row = link.execute("SELECT count(*) FROM invoices WHERE status = 'paid'").fetchone()
        assert row is not None
        return int(row[0])

    def _kill_something(self, billers: list[Any]) -> None:
        self.killed += 1
        if self.killed % CRASH_EVERY:
            self.choose.choice(billers).kill()
            return
        assert self.server.process is not None
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()


def _charge(billing: Billing) -> None:
    """A biller that loses its connection ends, as a function does; it will be started again."""
    try:
        billing.charging.charge_due()
    except Exception:  # noqa: BLE001 - the outcome is in the tables
        return
    finally:
        disconnect()


@pytest.mark.parametrize(
    ("subscribers", "kills"),
    [(1000, 20), pytest.param(50_000, 200, marks=pytest.mark.proof)],
)
def test_everyone_is_charged_once_whatever_is_killed(
    server: PostgresServer, subscribers: int, kills: int
) -> None:
    billing = Billing(batch=max(subscribers // 250, 10))
    start, end = billing.at, billing.at + timedelta(days=28)
    billing.at = end + timedelta(minutes=1)
    version = add_plan(plan_version("team", price=PRICE))
    with psycopg.connect(server.url(ADMIN, DATABASE)) as link:
        link.execute("SELECT set_config('mara.scope', 'system', false)")
        values = {"count": subscribers, "version": version.id, "start": start, "end": end}
        for statement in PREPARE.split(";")[:-1]:
            link.execute(statement, values)
    poisoned = poison(end)
    disconnect()

    crashes = Crashes(server, billing, subscribers, kills)
    crashes.run()
    billing.charging.charge_due()

    with transaction(SYSTEM):
        link_ = connection()
        left: dict[int, int] = dict(
            link_.execute("SELECT available, count(*) FROM ledger_accounts GROUP BY 1").fetchall()
        )
        numbers = [n for (n,) in link_.execute(
            "SELECT number FROM invoices WHERE number LIKE '2026-%' ORDER BY number")]  # fmt: skip
        aside: list[UUID] = [row for (row,) in link_.execute(
            "SELECT owner_id FROM subscriptions WHERE set_aside_reason IS NOT NULL")]  # fmt: skip
    assert left == {15 * USDT - PRICE: subscribers - 1, 15 * USDT: 1}
    assert numbers == [f"2026-{n:06}" for n in range(1, subscribers)]
    assert aside == [poisoned]
    assert audit_service().verify().differences == ()
