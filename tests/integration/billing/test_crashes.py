"""Whatever is killed at any moment, everyone is charged once, in numbers without a gap.

Meanwhile clients reserve and settle use of the same users. To see it fail: raise the counter of
numbers in a transaction of its own, take the moment of the charge into its key, mark subscriptions
as charged before their charge is posted, or settle use in another transaction than its counters.
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

from infra.local.postgres import ADMIN, PostgresServer
from mara.billing.model.meters import Meter
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.wiring.ledger import audit_service
from tests.support.billing import USDT, allowances, plan_version
from tests.support.metering import metering_of
from tests.support.postgres import durable_database
from tests.support.subscriptions import Billing, add_plan, poison

if TYPE_CHECKING:
    from uuid import UUID

BILLERS = 5
CLIENTS = 8
POLL_S = 0.02
CRASH_EVERY = 20
"""Kills of billers, to one of the server."""
PRICE = 10 * USDT
OVERAGE = USDT // 100
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
    SELECT uuidv7(), id, 'active', %(version)s, %(start)s, %(start)s, %(end)s, true, false,
        %(overage_limit)s, 1,
        %(start)s, %(end)s
    FROM users;
"""


LEFT = """
    SELECT a.available + coalesce(u.charged, 0), count(*)
    FROM ledger_accounts a
    LEFT JOIN (SELECT owner_id, sum(charged) AS charged FROM usage_counters GROUP BY 1) u
        USING (owner_id)
    GROUP BY 1
"""
"""What is left of the balances without the overage that was charged."""
USED = """
    SELECT coalesce(sum(used + overage), 0),
        coalesce(sum(reserved + overage_reserved + held), 0)
            + (SELECT sum(reserved) FROM ledger_accounts),
        (SELECT coalesce(sum((used->>'answers')::bigint), 0) FROM usage_reservations
            WHERE state = 'settled')
    FROM usage_counters
"""


@pytest.fixture
def server(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresServer]:
    with durable_database(tmp_path_factory.mktemp("crashes"), DATABASE, monkeypatch) as started:
        yield started


@dataclass
class Crashes:
    """Keeps billers at work until nothing is due, and kills them and the server."""

    server: PostgresServer
    billing: Billing
    owners: list["UUID"]
    kills: int
    choose: Random = field(default_factory=lambda: Random("kills"))
    killed: int = 0

    def run(self) -> None:
        context = get_context("fork")
        stop = context.Event()
        clients = [
            context.Process(target=_use, args=(self.billing, self.owners, seed, stop))
            for seed in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        self._charge_all()
        stop.set()
        for client in clients:
            client.join()
            assert client.exitcode == 0

    def _charge_all(self) -> None:
        billers = [self._start() for _ in range(BILLERS)]
        subscribers = len(self.owners)
        while (charged := self._charged()) < subscribers - 1 or self.killed < self.kills:
            if charged >= self.killed * subscribers // self.kills:
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


def _use(billing: Billing, owners: list["UUID"], seed: int, stop: Any) -> None:
    """Reserve and settle use of random users; what fails is tried again with another user."""
    random, world = Random(seed), metering_of(billing)
    while not stop.is_set():
        owner_id, key = random.choice(owners), str(new_id())
        try:
            reserved = random.randint(1, 3)
            world.reserve(owner_id, key, answers=reserved)
            if random.randrange(4):
                world.settle(owner_id, key, answers=random.randint(0, reserved))
            elif random.randrange(2):
                world.metering.release(owner_id, key)
        except Exception:  # noqa: BLE001 - the outcome is in the tables
            disconnect()
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
    version = add_plan(
        plan_version(
            "team",
            price=PRICE,
            allowances=allowances(answers=2),
            overage_prices={Meter.ANSWERS: OVERAGE},
        )
    )
    with psycopg.connect(server.url(ADMIN, DATABASE)) as link:
        link.execute("SELECT set_config('mara.scope', 'system', false)")
        values = {
            "count": subscribers,
            "version": version.id,
            "start": start,
            "end": end,
            "overage_limit": USDT,
        }
        for statement in PREPARE.split(";")[:-1]:
            link.execute(statement, values)
        owners = [owner_id for (owner_id,) in link.execute("SELECT owner_id FROM subscriptions")]
    poisoned = poison(end)
    disconnect()

    Crashes(server, billing, owners, kills).run()
    billing.charging.charge_due()
    billing.at += timedelta(hours=2)
    while metering_of(billing).expire():
        pass

    with transaction(SYSTEM):
        link_ = connection()
        left: dict[int, int] = dict(link_.execute(LEFT).fetchall())
        used, held, settled = link_.execute(USED).fetchone() or (0, 0, 0)
        numbers = [n for (n,) in link_.execute(
            "SELECT number FROM invoices WHERE number LIKE '2026-%' ORDER BY number")]  # fmt: skip
        aside: list[UUID] = [row for (row,) in link_.execute(
            "SELECT owner_id FROM subscriptions WHERE set_aside_reason IS NOT NULL")]  # fmt: skip
    assert left == {15 * USDT - PRICE: subscribers - 1, 15 * USDT: 1}
    assert (used, held) == (settled, 0)
    assert settled > 0
    assert numbers == [f"2026-{n:06}" for n in range(1, subscribers)]
    assert aside == [poisoned]
    assert audit_service().verify().differences == ()
