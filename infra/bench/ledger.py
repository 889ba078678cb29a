"""Measures the ledger's transfers per second, and compares them with TPC-B: pgbench runs both.

Eight clients, prepared statements, durable writes (fsync). A transfer is one statement, as the
adapter sends it; TPC-B is seven. "With a hot row" is a transfer that also updates one row shared by
all transfers, as if the balance of the platform's account were stored in a row.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg

from infra.bench.pgbench import pgbench, rate
from infra.local.migrate import upgrade
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port

CLIENTS: Final = 8
BATCH: Final = 1000
SCALE: Final = CLIENTS
"""Branches of TPC-B: with fewer than clients, they would wait for one another's rows."""
ROUNDS: Final = 3
SECONDS: Final = 5
SERVICE_CALLS: Final = 1000

PREPARE = f"""
    INSERT INTO users (id, email, created_at, updated_at)
    SELECT gen_random_uuid(), 'user' || n || '@example.com', now(), now()
    FROM generate_series(1, {CLIENTS * BATCH}) AS n;
    CREATE TABLE bench_users AS SELECT row_number() OVER () AS n, id FROM users;
    CREATE UNIQUE INDEX ON bench_users (n);
    CREATE TABLE bench_hot (account text PRIMARY KEY, balance bigint) WITH (fillfactor = 50);
    INSERT INTO bench_hot VALUES ('revenue', 0);
    ANALYZE;
    GRANT SELECT, UPDATE ON bench_users, bench_hot TO {APP};
"""
ORDER = """jsonb_build_object('id', uuidv7(), 'key', 'bench' || uuidv7(), 'kind', 'refund',
    'reference', 'bench', 'owner_id', id, 'ends_id', null, 'expires_at', null, 'created_at', now(),
    'accounts', jsonb_build_array('revenue', 'available'), 'amounts', jsonb_build_array(-1, 1))"""
ONE = f"SELECT ledger_post(jsonb_build_array({ORDER})) FROM bench_users WHERE n = :n"
DRAW = f"\\set n random(1, {CLIENTS * BATCH})\n"
SCRIPTS = {
    "transfers": f"{DRAW}{ONE};",
    "with a hot row": f"""{DRAW}WITH hot AS (UPDATE bench_hot SET balance = balance - 1
        WHERE account = 'revenue' RETURNING 1) {ONE} AND EXISTS (SELECT FROM hot);""",
    "in batches": f"""SELECT count(*) FROM (SELECT ledger_post(jsonb_agg({ORDER}))
        FROM bench_users
        WHERE n > {BATCH} * :client_id AND n <= {BATCH} * (:client_id + 1)) AS posted;""",
}


def run() -> None:
    """Measure transfers, batches, the service and the audit, and print them."""
    with tempfile.TemporaryDirectory() as folder:
        # The server runs as an unprivileged user, who needs access to the folder.
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres", free_port()) as server:
            _measure(server, Path(folder))


def _measure(server: PostgresServer, folder: Path) -> None:
    for database in ("tpcb", "bench"):
        server.ensure_database(database)
    upgrade(server.url(OWNER, "bench"))
    with psycopg.connect(server.url(ADMIN, "bench"), autocommit=True) as link:
        link.execute(PREPARE.encode())
    tpcb, ledger = server.url(ADMIN, "tpcb"), server.url(APP, "bench")
    pgbench(tpcb, "-i", "-q", "-s", str(SCALE))
    _print_rates(_measure_rates(tpcb, ledger, folder / "script.sql"))
    os.environ.update(MARA_STAGE="local", MARA_DATABASE_URL=ledger)
    print(
        f"one client, LedgerService, one transaction per transfer: {_service_rate():.0f} per second"
    )
    with psycopg.connect(server.url(ADMIN, "bench"), autocommit=True) as link:
        link.execute("ANALYZE")
    _audit()


def _measure_rates(tpcb: str, ledger: str, script_file: Path) -> dict[str, list[float]]:
    """Return the rates per second of TPC-B and of each script, one for each round."""
    rates: dict[str, list[float]] = {"TPC-B": [], **{name: [] for name in SCRIPTS}}
    # The scripts alternate, because the load of the machine changes over time.
    for _ in range(ROUNDS):
        rates["TPC-B"].append(rate(tpcb, clients=CLIENTS, seconds=SECONDS))
        for name, script in SCRIPTS.items():
            script_file.write_text(script)
            measured = rate(ledger, "-n", "-f", str(script_file), clients=CLIENTS, seconds=SECONDS)
            rates[name].append(measured)
    rates["in batches"] = [one * BATCH for one in rates["in batches"]]
    return rates


def _print_rates(rates: dict[str, list[float]]) -> None:
    median = {name: statistics.median(measured) for name, measured in rates.items()}
    for name, found in median.items():
        spread = ", ".join(f"{measured:.0f}" for measured in rates[name])
        print(f"{name:15} {found:8.0f} per second   ({spread})")
    one = median["transfers"]
    print(f"transfers / TPC-B {one / median['TPC-B']:.2f}")
    print(f"in batches of {BATCH} / one by one {median['in batches'] / one:.1f}")
    print(f"without / with a hot row {one / median['with a hot row']:.1f}")


def _service_rate() -> float:
    """Return the transfers per second of one client that calls LedgerService."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.ledger.model import Cause
    from mara.platform.database import connection, transaction
    from mara.wiring.ledger import ledger_service

    with transaction(SYSTEM):
        rows = connection().execute("SELECT id FROM bench_users").fetchall()
    owners = [owner_id for (owner_id,) in rows]
    began = time.perf_counter()
    for number in range(SERVICE_CALLS):
        cause = Cause(f"service {number}", "bench")
        with transaction(SYSTEM):
            ledger_service().refund(owners[number % len(owners)], 1, cause)
    return SERVICE_CALLS / (time.perf_counter() - began)


def _audit() -> None:
    from mara.platform.database import disconnect
    from mara.wiring.ledger import audit_service

    began = time.perf_counter()
    audit = audit_service().verify()
    took = time.perf_counter() - began
    disconnect()
    print(f"audit of {audit.postings} postings {took:.1f} s, {len(audit.differences)} differences")
