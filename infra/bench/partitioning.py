"""Tries the way to partitioned postings: how long it takes, what it blocks, and what it gains.

A writer posts transfers and a reader reads statements without a pause, before, while and after the
table is exchanged. What they wait at most is what a deployment would feel.
"""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from infra.bench.partition_steps import Link, check, copy, exchange, make_twin
from infra.bench.tenant_copies import IGNORE_INDEXES
from infra.local.migrate import upgrade
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port

POSTINGS: Final = 10_000_000
OWNERS: Final = 10_000
PARTITIONS: Final = 16
BATCH: Final = 100_000
SECONDS: Final = 10.0
"""How long the writer and the reader are measured before and after."""
SYSTEM: Final = "SELECT set_config('mara.scope', 'system', false)"
USERS: Final = """
    INSERT INTO users (id, email, created_at, updated_at)
    SELECT md5(n::text)::uuid, n || '@example.com', now(), now() FROM generate_series(1, %(o)s) AS n
"""
ACCOUNTS: Final = """
    INSERT INTO ledger_accounts (owner_id, available, entries)
    SELECT md5(n::text)::uuid, %(p)s / %(o)s / 2, %(p)s / %(o)s / 2
    FROM generate_series(1, %(o)s) AS n
"""
# Each transfer has a posting of the platform and one of a user; ids ascend, as UUIDv7 does.
FILL: Final = """
    INSERT INTO ledger_postings (transfer_id, leg, owner_id, account, amount, number, balance)
    SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000')::uuid, leg,
        CASE leg WHEN 2 THEN md5((1 + n %% %(o)s)::text)::uuid END,
        CASE leg WHEN 1 THEN 'revenue' ELSE 'available' END, leg * 2 - 3,
        CASE leg WHEN 2 THEN 1 + n / %(o)s END, CASE leg WHEN 2 THEN 1 + n / %(o)s END
    FROM generate_series(0, %(p)s / 2 - 1) AS n, (VALUES (1), (2)) AS legs (leg)
"""
POST: Final = """
    SELECT ledger_post(jsonb_build_array(jsonb_build_object('id', uuidv7(),
        'key', 'bench' || uuidv7(), 'kind', 'refund', 'reference', 'bench',
        'owner_id', md5(%(owner)s::text)::uuid, 'ends_id', null, 'expires_at', null,
        'created_at', now(), 'accounts', jsonb_build_array('revenue', 'available'),
        'amounts', jsonb_build_array(-1, 1))))
"""
READ: Final = """
    SELECT * FROM ledger_postings WHERE owner_id = md5(%(owner)s::text)::uuid AND number IS NOT NULL
    ORDER BY number DESC LIMIT 20
"""
LARGEST: Final = """
    SELECT max(pg_total_relation_size(inhrelid))::float
        / sum(pg_total_relation_size(inhrelid))::float
    FROM pg_inherits WHERE inhparent = 'ledger_postings'::regclass
"""


@dataclass
class Client:
    """Repeats a statement until it is stopped, and keeps what each took in milliseconds."""

    url: str
    statement: str
    took: list[float] = field(default_factory=list)

    def work(self, stopped: threading.Event) -> None:
        """Work in this thread."""
        with psycopg.connect(self.url, autocommit=True) as link:
            link.execute(SYSTEM)
            while not stopped.is_set():
                owner = random.randrange(1, OWNERS + 1)  # noqa: S311 - not a secret
                began = time.perf_counter()
                link.execute(self.statement.encode(), {"owner": owner})
                self.took.append((time.perf_counter() - began) * 1000)


def run() -> None:
    """Fill, exchange, compare, and print."""
    with _server() as server, psycopg.connect(server.url(ADMIN, "bench"), autocommit=True) as link:
        took = _timed(lambda: _fill(link))
        print(f"{POSTINGS} postings of {OWNERS} owners, filled in {took:.0f} s")
        _measure("before", server, lambda: time.sleep(SECONDS))
        _measure("meanwhile", server, lambda: _migrate(server.url(OWNER, "bench")))
        check(link)
        link.execute("VACUUM ANALYZE ledger_postings")
        _measure("after", server, lambda: time.sleep(SECONDS))
        row = link.execute(LARGEST).fetchone()
        share = row[0] if row else 0
        print(
            f"the largest of {PARTITIONS} partitions, with the platform's rows, holds {share:.0%}"
        )


@contextmanager
def _server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory() as folder:
        # The server runs as an unprivileged user, who needs access to the folder.
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres", free_port()) as server:
            server.ensure_database("bench")
            upgrade(server.url(OWNER, "bench"))
            yield server


def _fill(link: Link) -> None:
    sizes = {"o": OWNERS, "p": POSTINGS}
    link.execute("SET session_replication_role = replica")
    link.execute("SET maintenance_work_mem = '512MB'")
    link.execute(IGNORE_INDEXES.format(table="'ledger_postings'").encode())
    for statement in (USERS, ACCOUNTS, FILL, "REINDEX TABLE ledger_postings"):
        link.execute(statement.encode(), sizes)
    link.execute("RESET session_replication_role")
    link.execute("VACUUM ANALYZE")
    link.execute("CHECKPOINT")


def _migrate(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(SYSTEM)
        make_twin(link, PARTITIONS)
        took = _timed(lambda: copy(link, BATCH))
        link.execute("ANALYZE postings_twin")
        locked_ms = exchange(link) * 1000
    print(f"copied in batches of {BATCH} in {took:.0f} s; locked for {locked_ms:.0f} ms")


def _measure(when: str, server: PostgresServer, meanwhile: Callable[[], None]) -> None:
    """Print what writers and readers wait while this is done."""
    clients = {name: Client(server.url(APP, "bench"), s) for name, s in _STATEMENTS.items()}
    stopped = threading.Event()
    threads = [threading.Thread(target=one.work, args=(stopped,)) for one in clients.values()]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    for name, client in clients.items():
        p50, slowest = statistics.median(client.took), max(client.took)
        print(f"{when:10} {name:12} p50 {p50:.2f} ms, at most {slowest:.0f} ms")


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


_STATEMENTS: Final = {"a transfer": POST, "a statement": READ}
