"""On 100 000 events, a report reads each table a fixed number of times, whatever its buckets.

To see it fail: join the buckets to the events by ``at >= starts AND at < ends``.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from mara.analytics.adapters import revenue_statements as sql
from mara.analytics.adapters.revenue import parameters_of
from mara.analytics.model.timeline import BucketSize, DayRange, Timeline
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.billing import plan_version
from tests.support.subscriptions import add_plan

USERS = 10_000
EVENTS_OF_USER = 10
READS_MAX = 3
"""How often a statement may read each row of a table: the CTE of money reads invoices twice."""
YEAR = Timeline.of(DayRange(date(2026, 1, 1), date(2027, 1, 1)), BucketSize.DAY)
FILL = (
    """
    INSERT INTO users (id, email, created_at, updated_at)
    SELECT uuidv7(), n || '@example.com', now(), now() FROM generate_series(1, %(users)s) AS n
    """,
    """
    INSERT INTO subscriptions (id, owner_id, state, version_id, ever_paid, trial_reminded,
        overage_limit, events, changed_at, due_at)
    SELECT uuidv7(), id, 'active', %(version)s, true, false, 0, 10, now(),
        timestamptz '2025-11-01' + random() * interval '6 months'
    FROM users
    """,
    """
    INSERT INTO subscription_events
    SELECT s.id, n, s.owner_id, 'StartPeriod', CASE n WHEN 1 THEN 'trialing' ELSE 'active' END,
        NULL, s.version_id, CASE WHEN n <= 2 THEN 0 ELSE 100 * (1 + n %% 4) END,
        CASE WHEN n = 1 THEN 0 ELSE 100 * (1 + (n + 1) %% 4) END,
        NULL, NULL, NULL, NULL, s.due_at + n * interval '1 month', now()
    FROM subscriptions s, generate_series(1, %(events)s) AS n ORDER BY 14
    """,
    """
    INSERT INTO invoices (id, subscription_id, owner_id, version_id, status, purpose, cause, number,
        lines, total, period_start, period_end, created_at, paid_at)
    SELECT uuidv7(), subscription_id, owner_id, version_id, 'paid', 'renewal', number,
        subscription_id::text || number, '[]', 10000000 + number, at, at + interval '1 month',
        at, at
    FROM subscription_events WHERE state = 'active' ORDER BY at
    """,
    """
    INSERT INTO ledger_transfers (id, key, kind, reference, owner_id, legs, content, created_at)
    SELECT id, 'charge' || id, 'charge', id::text, owner_id, 2, '', paid_at FROM invoices
    """,
    """
    INSERT INTO ledger_postings (transfer_id, leg, owner_id, account, amount, number, balance)
    SELECT id, 1, owner_id, 'available', -total, row_number() OVER (PARTITION BY owner_id), 0
    FROM invoices
    UNION ALL SELECT id, 2, NULL, 'revenue', total, NULL, NULL FROM invoices
    """,
)


@pytest.fixture
def filled(past_the_rules: psycopg.Connection[Any]) -> None:
    version = add_plan(plan_version("team"))
    values = {"users": USERS, "events": EVENTS_OF_USER, "version": version.id}
    for statement in FILL:
        past_the_rules.execute(statement.encode(), values)
    past_the_rules.execute("VACUUM ANALYZE")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


STATEMENTS = {
    "movements": sql.MOVEMENTS.format(deltas=sql.ALL_DELTAS),
    "movements of a plan": sql.MOVEMENTS.format(deltas=sql.DELTAS_OF_VERSIONS),
    "trials": sql.TRIALS,
    "money": sql.MONEY,
    "money of a plan": sql.MONEY_OF_VERSIONS,
    "recognised": sql.RECOGNISED,
}


@pytest.mark.usefixtures("filled")
def test_no_statement_reads_a_table_for_each_bucket() -> None:
    with transaction(SYSTEM):
        versions = [row[0] for row in connection().execute("SELECT id FROM plan_versions")]
        parameters = parameters_of(YEAR, versions)
        for name, statement in STATEMENTS.items():
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            row = connection().execute(explain, parameters).fetchone()
            assert row is not None
            plan = row[0][0]
            print(name, plan["Execution Time"], "ms")
            read: dict[str, float] = {}
            for node in nodes(plan["Plan"]):
                if table := node.get("Relation Name"):
                    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                    read[table] = read.get(table, 0) + rows * node["Actual Loops"]
            for table, rows in read.items():
                assert rows <= READS_MAX * USERS * EVENTS_OF_USER, (name, table)
