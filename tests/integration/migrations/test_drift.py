"""The declared tables are what the migrations make, to the last constraint."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg import sql

from infra.local.postgres import ADMIN, OWNER, PostgresServer
from mara.erasure.model.rules import CLOSED, ERASED, UNGUARDED
from mara.wiring.schema import metadata
from tests.support.postgres import TEMPLATE, migrate

ROOT = Path(__file__).parents[3]
RECORDED = (
    *("alerts", "answers", "deposits", "documents"),
    *("notices", "pending_answers", "subscriptions"),
)
"""Tables whose changes triggers write to ``changes``."""
DIE = ("bot_updates", "outgoing_messages", "webhook_deliveries")
"""Tables whose rows a trigger gives an id when they die."""
COUNTED = ("bot_chats", "deposits", "documents", "subscriptions")
EVENTS = ("insert", "update", "delete")
"""Tables whose rows triggers count by state, and when."""

CHECK_WITH_A_COLUMN_MORE = """
import sqlalchemy
from alembic.config import main
from mara.wiring.schema import metadata

metadata.tables["users"].append_column(sqlalchemy.Column("nickname", sqlalchemy.Text))
main(["-c", "migrations/alembic.ini", "check"])
"""

COLUMNS = """
    SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
        AND NOT attisdropped
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 't'
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
STORAGE = """
    SELECT relname, relpersistence, reloptions FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""

POLICIES = """
    SELECT tablename, policyname, cmd FROM pg_policies WHERE schemaname = 'public'
"""
SECURED = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relrowsecurity AND relforcerowsecurity
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
"""
FUNCTIONS = """
    SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""

NOT_TENANTS = {
    *("login_failures", "outbox", "rate_limits", "leases"),
    *("chain_scans", "chain_providers", "unreadable_events", "index_in_use"),
    *("metric_values", "metric_totals", "object_counts", "ledger_figures"),
    *("message_failures", "schedule_runs", "done_schedules", "erased_accounts"),
}
"""Tables without an owner; all others are under row-level security."""
OF_EVERYONE = {"plans", "plan_versions"}
OF_SYSTEM = OF_EVERYONE | {"document_numbers", "trials", "dead_letters"}
"""Tables that only the system writes; users read those of everyone."""

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def migrated(postgres: PostgresServer) -> Iterator[Connection]:
    """The database that the migrations made."""
    with psycopg.connect(postgres.url(OWNER, TEMPLATE), autocommit=True) as link:
        yield link


@pytest.fixture(scope="module")
def declared(postgres: PostgresServer) -> Iterator[Connection]:
    """A database that has the declared tables and nothing else."""
    name = "mara_declared"
    postgres.ensure_database(name)
    url = sqlalchemy.make_url(postgres.url(OWNER, name)).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    metadata.create_all(engine)
    with psycopg.connect(postgres.url(OWNER, name), autocommit=True) as link:
        yield link
    with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def rows(link: Connection, query: str) -> set[tuple[Any, ...]]:
    return {
        tuple(tuple(part) if isinstance(part, list) else part for part in row)
        for row in link.execute(query)
        if row[0] != "alembic_version"
    }


class TestAlembicCheck:
    def test_finds_no_difference(self, postgres: PostgresServer) -> None:
        migrate(postgres.url(OWNER, TEMPLATE), "check")

    def test_fails_when_a_table_declares_a_column_that_no_migration_adds(
        self, postgres: PostgresServer
    ) -> None:
        run = subprocess.run(
            [sys.executable, "-c", CHECK_WITH_A_COLUMN_MORE],
            cwd=ROOT,
            env={**os.environ, "MARA_DATABASE_OWNER_URL": postgres.url(OWNER, TEMPLATE)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode != 0
        assert "add_column" in run.stderr + run.stdout
        assert "nickname" in run.stderr + run.stdout


class TestCatalog:
    """What Alembic does not compare: checks, primary keys, predicates of indexes, storage."""

    @pytest.mark.parametrize(
        "query",
        [
            pytest.param(COLUMNS, id="columns"),
            pytest.param(CONSTRAINTS, id="constraints"),
            pytest.param(INDEXES, id="indexes"),
            pytest.param(STORAGE, id="storage"),
        ],
    )
    def test_is_the_same_for_declared_and_migrated_tables(
        self, migrated: Connection, declared: Connection, query: str
    ) -> None:
        assert rows(declared, query) == rows(migrated, query)

    def test_has_every_declared_table(self, migrated: Connection) -> None:
        assert {row[0] for row in rows(migrated, STORAGE)} == set(metadata.tables)

    def test_shows_a_constraint_that_only_one_of_them_has(
        self, migrated: Connection, declared: Connection
    ) -> None:
        with declared.transaction(force_rollback=True):
            declared.execute("ALTER TABLE users ADD CHECK (length(email) < 400)")
            assert rows(declared, CONSTRAINTS) != rows(migrated, CONSTRAINTS)


class TestWhatTablesCannotDeclare:
    """Only the migrations make these: a change of them is a change of this list."""

    def test_every_table_of_tenants_is_under_row_level_security(self, migrated: Connection) -> None:
        tenants = set(metadata.tables) - NOT_TENANTS
        assert {row[0] for row in rows(migrated, SECURED)} == tenants
        assert rows(migrated, POLICIES) == {
            *((table, "tenant", "ALL") for table in tenants - OF_SYSTEM),
            *((table, "system", "ALL") for table in OF_SYSTEM),
            *((table, "everyone", "SELECT") for table in OF_EVERYONE),
            ("ledger_postings", "platform", "INSERT"),
        }

    def test_triggers(self, migrated: Connection) -> None:
        assert rows(migrated, TRIGGERS) == {
            ("audit_details", "erase_only"),
            ("audit_details", "of_erased_only"),
            ("audit_rows", "append_only"),
            ("audit_rows", "chain_once"),
            ("credit_notes", "append_only"),
            ("credits", "append_only"),
            ("plan_versions", "append_only"),
            ("subscription_events", "append_only"),
            ("ledger_accounts", "empty_at_first"),
            ("ledger_accounts", "follows_postings"),
            ("ledger_accounts", "kept"),
            ("ledger_holds", "follows_postings"),
            ("ledger_holds", "kept"),
            ("ledger_postings", "append_only"),
            ("ledger_postings", "apply"),
            ("ledger_postings", "check_transfers"),
            ("ledger_postings", "track_hold"),
            ("ledger_transfers", "append_only"),
            ("documents", "note_wait"),
            ("documents", "note_wait_of_new"),
            ("alert_posts", "record_answer"),
            ("alert_episodes", "record_joined"),
            ("alert_episodes", "record_moved"),
            *((table, "give_letter_id") for table in DIE),
            *((table, "refuse_erased") for table in {*ERASED} - UNGUARDED | CLOSED),
            *((table, "record_new") for table in RECORDED),
            *((table, f"count_{event}") for table in COUNTED for event in EVENTS),
            *((table, "record_change") for table in RECORDED),
        }

    def test_functions(self, migrated: Connection) -> None:
        assert {name for (name,) in rows(migrated, FUNCTIONS)} == {
            "audit_chain_once",
            "audit_keep_details",
            "audit_refuse",
            "billing_refuse",
            "count_objects",
            "give_letter_id",
            "ledger_apply_posting",
            "ledger_check_transfers",
            "ledger_content",
            "ledger_lock",
            "ledger_post",
            "ledger_refuse",
            "ledger_track_hold",
            "mara_scope_is_system",
            "mara_scope_owner",
            "note_wait",
            "record_alert_answer",
            "record_alert_change",
            "record_alert_joined",
            "record_answer_change",
            "record_deposit_change",
            "record_document_change",
            "record_notice_change",
            "record_pending_answer_change",
            "record_subscription_change",
            "refuse_erased",
        }
