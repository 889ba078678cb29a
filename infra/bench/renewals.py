"""Measures renewals per second, beside pgbench's TPC-B and beside a loop over ORM objects.

All on one server with durable writes (fsync). A renewal writes the subscription, its event, the
invoice with its number, the transfer with its postings, the balance, and a message. Two billers run
at once, as two ticks of the schedule would. TPC-B runs before and after them, because the load of
the machine changes over time.
"""

import statistics
import time
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

import psycopg

from infra.bench import orm_renewals
from infra.bench.pgbench import pgbench, rate
from infra.bench.subscribers import app_url, charging, database
from infra.local.postgres import ADMIN, PostgresServer

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

BILLERS: Final = 2
CLIENTS: Final = 8
SCALE: Final = CLIENTS
"""Branches of TPC-B: with fewer than clients, they would wait for one another's rows."""
OVERDUE_S: Final = 3600
RENEWED: Final = """
    SELECT count(*), count(DISTINCT number), count(*) FILTER (WHERE status <> 'paid')
    FROM invoices
"""


def run(subscriptions: int, orm_subscriptions: int, seconds: int) -> None:
    """Measure, compare, and print. Raises RuntimeError where one was not charged exactly once."""
    with database(subscriptions, due_in_s=-OVERDUE_S) as server:
        tpcb = server.url(ADMIN, "tpcb")
        pgbench(tpcb, "-i", "-q", "-s", str(SCALE))
        rates = [rate(tpcb, clients=CLIENTS, seconds=seconds)]
        orm = orm_renewals.rate(app_url(server), orm_subscriptions)
        renewals = _renewal_rate(app_url(server), subscriptions - orm_subscriptions)
        rates.append(rate(tpcb, clients=CLIENTS, seconds=seconds))
        _check(server, subscriptions)
    tpcb_rate = statistics.mean(rates)
    print(f"{'TPC-B':38} {tpcb_rate:.0f} per second ({rates[0]:.0f}, {rates[1]:.0f})")
    print(f"{'renewals, ORM loop':38} {orm:.0f} per second")
    print(f"{f'renewals, {BILLERS} billers':38} {renewals:.0f} per second")
    print(f"renewals / TPC-B {renewals / tpcb_rate:.2f}")
    print(f"renewals / ORM loop {renewals / orm:.1f}")


def _renewal_rate(url: str, subscriptions: int) -> float:
    context = get_context("spawn")
    start = context.Barrier(BILLERS + 1)
    billers = [context.Process(target=_bill, args=(url, start)) for _ in range(BILLERS)]
    for biller in billers:
        biller.start()
    start.wait()
    began = time.perf_counter()
    for biller in billers:
        biller.join()
    took = time.perf_counter() - began
    if any(biller.exitcode for biller in billers):
        raise RuntimeError("a biller failed")
    return subscriptions / took


def _bill(url: str, start: "Barrier") -> None:
    """One biller, which ticks until nothing is due; its imports are not measured."""
    service = charging(url)
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import disconnect

    with service.unit_of_work(SYSTEM):
        pass  # connect
    start.wait()
    while service.charge_due()["changed"]:
        pass
    disconnect()


def _check(server: PostgresServer, subscriptions: int) -> None:
    with psycopg.connect(server.url(ADMIN, "bench")) as link:
        found = link.execute(RENEWED).fetchone()
    if found != (subscriptions, subscriptions, 0):
        raise RuntimeError(f"invoices, numbers, not paid: {found}")
