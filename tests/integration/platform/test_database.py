"""Units of work against the real PostgreSQL."""

from multiprocessing import get_context
from typing import Any

import psycopg
import pytest

from infra.local.postgres import ADMIN, APP, PostgresServer
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM, DatabaseUnavailable
from mara.platform import database as platform
from mara.platform.database import (
    connection,
    disconnect,
    execute_autocommit,
    transaction,
)
from mara.users.adapters.postgres import PostgresUsers
from mara.users.errors import UserNotFound
from tests.support.accounts import make_account

pytestmark = pytest.mark.usefixtures("database")


def scope() -> tuple[Any, ...] | None:
    return connection().execute("SELECT mara_scope_owner(), mara_scope_is_system()").fetchone()


class TestTransaction:
    def test_sets_the_scope_for_its_own_duration(self) -> None:
        user_id = new_id()
        with transaction(user_id):
            assert scope() == (user_id, False)
        with transaction(SYSTEM):
            assert scope() == (None, True)

    def test_a_nested_one_is_refused(self) -> None:
        with transaction(SYSTEM), pytest.raises(RuntimeError), transaction(SYSTEM):
            pass

    def test_no_statement_runs_outside_of_one(self) -> None:
        with pytest.raises(RuntimeError):
            connection()

    def test_an_error_rolls_back(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
            connection().execute("INSERT INTO leases VALUES ('x', gen_random_uuid(), now())")
            raise ZeroDivisionError
        with transaction(SYSTEM):
            assert connection().execute("SELECT count(*) FROM leases").fetchone() == (0,)

    def test_a_snapshot_reads_all_as_of_one_moment_and_the_next_one_as_of_its_own(
        self, postgres: PostgresServer, database: str
    ) -> None:
        def count() -> int:
            row: Any = connection().execute("SELECT count(*) FROM leases").fetchone()
            return int(row[0])

        add = b"INSERT INTO leases VALUES (uuidv7()::text, uuidv7(), now())"
        name = database.rsplit("/", 1)[1]
        with psycopg.connect(postgres.url(ADMIN, name), autocommit=True) as another:
            with platform.snapshot(SYSTEM):
                assert count() == 0
                another.execute(add)
                assert count() == 0
            with transaction(SYSTEM):
                assert count() == 1
                another.execute(add)
                assert count() == 2

    def test_does_not_wait_for_the_disk_at_an_asynchronous_commit(self) -> None:
        def is_asynchronous() -> bool:
            query = "SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'"
            return connection().execute(query).fetchone() == ("off", "session")

        for _ in range(2):
            with platform.asynchronous(SYSTEM):
                assert is_asynchronous()
                assert scope() == (None, True)
            with transaction(SYSTEM):
                assert not is_asynchronous()

    def test_a_connection_that_the_server_ended_is_replaced_unnoticed(
        self, postgres: PostgresServer
    ) -> None:
        with transaction(SYSTEM):
            pid: Any = connection().execute("SELECT pg_backend_pid()").fetchone()
        with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", pid)
        with transaction(SYSTEM):
            assert scope() == (None, True)

    def test_a_connection_that_is_lost_inside_makes_the_database_unavailable(
        self, postgres: PostgresServer
    ) -> None:
        with pytest.raises(DatabaseUnavailable), transaction(SYSTEM):
            pid: Any = connection().execute("SELECT pg_backend_pid()").fetchone()
            with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", pid)
            connection().execute("SELECT 1")
        with transaction(SYSTEM):
            assert scope() == (None, True)

    def test_a_single_statement_survives_a_lost_connection_too(
        self, postgres: PostgresServer
    ) -> None:
        assert execute_autocommit("SELECT 1", {}) == [(1,)]
        with psycopg.connect(postgres.url(ADMIN, "postgres"), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (APP,)
            )
        assert execute_autocommit("SELECT 1", {}) == [(1,)]


class TestRowLevelSecurity:
    """Invariant 2, its second half: PostgreSQL itself keeps the tenants apart."""

    def test_the_app_owns_nothing_and_cannot_bypass_the_policies(self) -> None:
        with transaction(SYSTEM):
            roles = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            assert connection().execute(roles).fetchone() == (False, False)
            owned = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
            assert connection().execute(owned).fetchone() == (0,)

    def test_every_table_with_an_owner_is_under_forced_security(self) -> None:
        with transaction(SYSTEM):
            unsafe = connection().execute("""
                SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                  AND (a.attname = 'owner_id' OR c.relname = 'users')
                  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            """)
            assert unsafe.fetchall() == []

    def test_two_tenants_interleaved_on_one_connection_see_only_their_own_rows(self) -> None:
        anna, boris = make_account("anna"), make_account("boris")
        users = PostgresUsers()
        for _ in range(5):
            for mine, other in ((anna, boris), (boris, anna)):
                with transaction(mine.id):
                    assert users.get(mine.id).email == mine.email
                    with pytest.raises(UserNotFound):
                        users.get(other.id)
                    for table in ("sessions", "credentials", "refresh_tokens"):
                        rows = connection().execute(f"SELECT DISTINCT owner_id FROM {table}")
                        assert rows.fetchall() == [(mine.id,)]

    def test_a_tenant_cannot_write_rows_of_another(self) -> None:
        anna, boris = make_account("anna"), make_account("boris")
        with transaction(anna.id):
            changed = connection().execute(
                "UPDATE users SET role = 'admin' WHERE id = %s", (boris.id,)
            )
            assert changed.rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(anna.id):
            connection().execute(
                "INSERT INTO sessions (id, owner_id, created_at) VALUES (%s, %s, now())",
                (new_id(), boris.id),
            )

    def test_without_a_scope_no_row_is_seen(self, database: str) -> None:
        make_account()
        with psycopg.connect(database) as link:
            assert link.execute("SELECT count(*) FROM users").fetchone() == (0,)


def cold_start(index: int) -> str:
    platform._session.connection = None  # what the fork inherited is the parent's
    try:
        with transaction(SYSTEM):
            row = connection().execute("SELECT 1").fetchone()
    except Exception as error:  # noqa: BLE001 - the outcome is what is tested
        return f"{index}: {error!r}"
    return "" if row == (1,) else "no row"


class TestRefusedConnections:
    @pytest.mark.parametrize(
        "words",
        [
            "FATAL:  sorry, too many clients already",
            "FATAL:  the database system is starting up",
            "FATAL:  the database system is in recovery mode",
            "could not fork new process for connection: Resource temporarily unavailable",
        ],
    )
    def test_are_tried_again_while_the_server_says_that_it_will_take_them(
        self, monkeypatch: pytest.MonkeyPatch, words: str
    ) -> None:
        asked = refuse(monkeypatch, words, times=2)
        with transaction(SYSTEM):
            assert scope() == (None, True)
        assert len(asked) == 3

    def test_are_not_tried_for_longer_than_the_setting_allows(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_DATABASE_WAIT_MAX_S", "0")
        refuse(monkeypatch, "FATAL:  the database system is starting up", times=10)
        with pytest.raises(DatabaseUnavailable), transaction(SYSTEM):
            pass

    def test_by_no_server_are_tried_once_more_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = refuse(monkeypatch, "connection refused", times=10)
        with pytest.raises(DatabaseUnavailable), transaction(SYSTEM):
            pass
        assert len(asked) == 2


def refuse(monkeypatch: pytest.MonkeyPatch, words: str, *, times: int) -> list[str]:
    """Let the next connections fail with these words; return the list of all that are tried."""
    disconnect()
    asked: list[str] = []
    connect = psycopg.connect

    def fail_first(url: str, **options: Any) -> Any:
        asked.append(words)
        if len(asked) <= times:
            raise psycopg.OperationalError(f"connection to server failed: {words}")
        return connect(url, **options)

    monkeypatch.setattr(psycopg, "connect", fail_first)
    return asked


class TestColdStarts:
    def test_two_hundred_at_once_do_not_exhaust_postgresql(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Invariant 30, its second half: more environments than PostgreSQL has places."""
        monkeypatch.setenv("MARA_DATABASE_WAIT_MAX_S", "60")
        disconnect()
        context = get_context("fork")
        outcomes: Any = context.SimpleQueue()

        def start(index: int) -> None:
            outcomes.put(cold_start(index))

        processes = [context.Process(target=start, args=(index,)) for index in range(200)]
        for process in processes:
            process.start()
        failures = [found for found in (outcomes.get() for _ in processes) if found]
        for process in processes:
            process.join()
        assert failures == []
