"""Each filter of the list of deeds has its index, for all values and on all pages."""

from typing import Any

import psycopg
import pytest
from sqlalchemy.dialects import postgresql

from mara.audit.adapters import postgres_entries
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

FILL = """
    INSERT INTO audit_rows (id, at, actor_id, action, owner_id)
    SELECT gen_random_uuid(), now() - n * interval '1 minute', gen_random_uuid(),
        CASE n % 1000 WHEN 0 THEN 'role_changed' ELSE 'login' END, gen_random_uuid()
    FROM generate_series(1, 20000) AS n
"""
DIALECT: Any = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
VALUES = {
    "actor_id": new_id(),
    "owner_id": new_id(),
    "action": "role_changed",
    "since": "2999-01-01T00:00:00Z",
    "until": "2000-01-01T00:00:00Z",
}


@pytest.mark.usefixtures("database")
def test_no_list_reads_the_whole_table(past_the_rules: psycopg.Connection[Any]) -> None:
    past_the_rules.execute(FILL)
    past_the_rules.execute("VACUUM ANALYZE audit_rows")
    with transaction(SYSTEM):
        connection().execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for name, value in VALUES.items():
            listed = postgres_entries._list(frozenset({name}))
            for statement in (listed.count, listed.pages["-created_at"]):
                text = str(statement.compile(dialect=DIALECT))
                place = {"after": None, "limit": 21, name: value}
                rows = connection().execute(f"EXPLAIN {text}", place).fetchall()
                plan = "\n".join(row[0] for row in rows)
                assert "Seq Scan on audit_rows" not in plan, (name, plan)
