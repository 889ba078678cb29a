"""The list of tables for exports and erasures, compared with the database itself."""

from typing import Any

import psycopg

from mara.erasure.model.rules import CLOSED, ERASED, RULES, UNGUARDED, UNOWNED

TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'
"""
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
"""
GUARDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_erased'"

# Whole indexes of which the owner is the first column.
LED_BY_OWNER = """
    SELECT DISTINCT indrelid::regclass::text FROM pg_index
    JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE attname = 'owner_id' AND indpred IS NULL AND indisvalid
"""


class TestRules:
    def test_every_table_has_a_rule_or_a_reason_to_have_none(
        self, rows: psycopg.Connection[Any]
    ) -> None:
        tables = {name for (name,) in rows.execute(TABLES)}
        assert tables == {*RULES, *UNOWNED}, "add a new table to mara.erasure.model.rules"

    def test_every_table_with_an_owner_has_a_rule(self, rows: psycopg.Connection[Any]) -> None:
        columns = list(rows.execute(COLUMNS))
        assert {table for table, column in columns if column == "owner_id"} == {*RULES} - {"users"}
        named = {(t, c) for t, rule in RULES.items() for c in (*rule.hidden, *rule.blanked)}
        assert named <= set(columns)

    def test_what_a_caller_chose_as_its_request_id_goes_with_the_row(
        self, rows: psycopg.Connection[Any]
    ) -> None:
        """It can be a name; the outbox has it until the message is sent."""
        holders = {table for table, column in rows.execute(COLUMNS) if column == "correlation_id"}
        assert holders - {"outbox"} <= set(ERASED)

    def test_every_table_finds_the_rows_of_an_owner_by_an_index(
        self, rows: psycopg.Connection[Any]
    ) -> None:
        indexed = {name for (name,) in rows.execute(LED_BY_OWNER)}
        assert {*RULES} - {"users"} <= indexed, "add an index on (owner_id, the key)"

    def test_every_erased_table_refuses_rows_of_erased_accounts(
        self, rows: psycopg.Connection[Any]
    ) -> None:
        guarded = {name for (name,) in rows.execute(GUARDED)}
        assert guarded == {*ERASED} - UNGUARDED | CLOSED, (
            "call tenancy.refuse_erased in the migration"
        )

    def test_what_stays_or_is_left_out_has_a_reason(self) -> None:
        reasons = [rule.kept or rule.unexported for rule in RULES.values()]
        assert all(reason is None or reason.endswith(".") for reason in reasons)
        assert all(reason.endswith(".") for reason in UNOWNED.values())
