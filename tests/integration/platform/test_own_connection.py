"""Connections beside that of a request, as a proxy in front of PostgreSQL lets them through."""

import psycopg
import pytest

from mara.platform.own_connection import own_transaction


@pytest.fixture(autouse=True)
def _database(database: str) -> None:
    """Every test has an empty database."""


class TestOwnTransaction:
    def test_ends_a_statement_after_its_time(self) -> None:
        with (
            pytest.raises(psycopg.errors.QueryCanceled),
            own_transaction("mara-test", connect_timeout_s=2, statement_timeout_ms=50) as link,
        ):
            link.execute("SELECT pg_sleep(30)")

    def test_has_the_scope_of_the_system_and_its_name(self) -> None:
        with own_transaction("mara-test", connect_timeout_s=2, statement_timeout_ms=500) as link:
            row = link.execute(
                "SELECT current_setting('mara.scope'), current_setting('application_name')"
            ).fetchone()
        assert row == ("system", "mara-test")

    def test_sends_no_options_at_the_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """RDS Proxy refuses a connection with them."""
        seen = []
        connect = psycopg.connect

        def noting(url: str, **parameters: object) -> psycopg.Connection[tuple[object, ...]]:
            seen.append(parameters)
            return connect(url, **parameters)  # type: ignore[arg-type]

        monkeypatch.setattr(psycopg, "connect", noting)
        with own_transaction("mara-test", connect_timeout_s=2, statement_timeout_ms=500):
            pass
        assert all("options" not in parameters for parameters in seen)
