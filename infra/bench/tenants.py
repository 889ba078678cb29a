"""Compares what is done for one tenant among 10 tenants with the same among 10 000.

Both databases hold copies of one tenant, side by side on one server. An operation alternates
between them, because the load of the machine changes. "Active" are ten tenants in both databases;
"any" are many tenants in turn, whose pages are then in no cache of PostgreSQL's (the database of
ten has ten only). Rows and pages are what PostgreSQL read for a call of the active ones.
"""

import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from infra.bench import model_tenant
from infra.bench.tenant_copies import copy_tenant
from infra.bench.tenant_operations import OPERATIONS, Measured, connect, measure
from infra.local.migrate import upgrade
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port

FEW: Final = 10
MANY: Final = 10_000
ACTIVE: Final = 10
ANY: Final = 1000
CALLS: Final = 200
WARM_UP: Final = 20
Pools = Mapping[int, ProcessPoolExecutor]


def run() -> None:
    """Build both databases, measure, and print."""
    with _server() as server:
        for tenants in (FEW, MANY):
            _build(server, tenants)
        for who, sample in (("active", ACTIVE), ("any", ANY)):
            print(f"{who:8}{'':24}{FEW:>9} tenants {MANY:>9} tenants  ratio      rows     pages")
            with _pools(server, sample) as pools:
                for name in OPERATIONS:
                    _report(name, _measure(pools, name))


@contextmanager
def _server() -> Iterator[PostgresServer]:
    """A server with the database ``bench`` of one tenant."""
    with tempfile.TemporaryDirectory() as folder:
        # The server runs as an unprivileged user, who needs access to the folder.
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres", free_port(), durable=False) as server:
            server.ensure_database("bench")
            upgrade(server.url(OWNER, "bench"))
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                pool.submit(_make, server.url(APP, "bench")).result()
            yield server


def _make(url: str) -> None:
    os.environ.update(MARA_STAGE="local", MARA_DATABASE_URL=url, MARA_SEARCH="postgres")
    model_tenant.make()


def _build(server: PostgresServer, tenants: int) -> None:
    began, name = time.perf_counter(), f"bench_{tenants}"
    with psycopg.connect(server.url(ADMIN, "postgres"), autocommit=True) as link:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE bench OWNER {}")
        link.execute(make.format(sql.Identifier(name), sql.Identifier(OWNER)))
    rows = copy_tenant(server.url(ADMIN, name), tenants - 1)
    with psycopg.connect(server.url(ADMIN, name)) as link:
        size = link.execute("SELECT pg_database_size(current_database()) >> 20").fetchone()
    took = time.perf_counter() - began
    print(f"{tenants} tenants: {rows} rows, {size[0] if size else 0} MB, built in {took:.0f} s")


@contextmanager
def _pools(server: PostgresServer, sample: int) -> Iterator[Pools]:
    """A process for each database, since a process has one connection."""
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        yield {
            tenants: stack.enter_context(
                ProcessPoolExecutor(
                    1,
                    spawn,
                    initializer=connect,
                    initargs=(server.url(APP, f"bench_{tenants}"), sample),
                )
            )
            for tenants in (FEW, MANY)
        }


def _measure(pools: Pools, name: str) -> dict[int, list[Measured]]:
    measured: dict[int, list[Measured]] = {tenants: [] for tenants in pools}
    offset = time.monotonic_ns() // 1000  # keys of charges and updates are used once
    for number in range(WARM_UP + CALLS):
        for tenants, pool in pools.items():
            done = pool.submit(measure, name, offset + number).result()
            if number >= WARM_UP:
                measured[tenants].append(done)
    return measured


def _report(name: str, measured: Mapping[int, list[Measured]]) -> None:
    few, many = measured[FEW], measured[MANY]
    p50 = {n: statistics.median(one.took_ms for one in of) for n, of in measured.items()}
    rows = [statistics.median(one.rows for one in of) for of in (few, many)]
    pages = [statistics.median(one.pages for one in of) for of in (few, many)]
    print(
        f"{name:32}{p50[FEW]:>12.2f} ms {p50[MANY]:>12.2f} ms {p50[MANY] / p50[FEW]:>8.2f}"
        f"  {rows[0]:.0f} → {rows[1]:.0f}   {pages[0]:.0f} → {pages[1]:.0f}"
    )
