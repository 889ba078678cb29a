"""Gauges: what they read, at which cost, and what a dependency that hangs does to a scrape."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.operations.adapters.database_gauges import DatabaseGauges
from mara.operations.adapters.gauge_queries import OBJECTS, OLDEST, QUERIES, GaugeQuery
from mara.operations.model import Gauge
from mara.operations.service.scrape import ScrapeService
from mara.platform import metric_folding, object_counts
from mara.platform.database import transaction
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from tests.support.money import make_owner
from tests.support.outgoing import make_message
from tests.support.plans_of_queries import scans_of_large_tables
from tests.support.stored_bots import add_bot

SCRAPES = 5
MILLION = 1_000_000
FILL_DOCUMENTS = """
    INSERT INTO documents (id, owner_id, filename, format, media_type, size, sha256, version, state,
        chunks, created_at, updated_at)
    SELECT uuidv7(), %(owner)s, n || '.txt', 'txt', 'text/plain', 1,
        lpad(to_hex(n), 64, '0'), 1, 'ready', 1, now(), now()
    FROM generate_series(1, %(rows)s) AS n
"""
FILL_DEPOSITS = """
    INSERT INTO deposits (id, owner_id, network, transaction, position, recipient,
        amount_micro_usdt, block_number, block_hash, log_index, state, reader, seen_at, credited_at)
    SELECT uuidv7(), %(owner)s, 'tron', n::text, 0, 'x'::bytea, 1, n, n::text, 0, 'credited', 'r',
        now(), now()
    FROM generate_series(1, %(rows)s) AS n
"""


def read_totals() -> dict[str, int]:
    with transaction(SYSTEM):
        return metric_folding.totals()


def objects() -> dict[tuple[str, ...], float]:
    gauges = DatabaseGauges(OBJECTS).read()
    return {
        (gauge.name, *labels): value for gauge in gauges for labels, value in gauge.values.items()
    }


def late() -> set[str]:
    """The kinds of work of which the oldest waits an hour."""
    (gauge,) = DatabaseGauges(OLDEST).read()
    return {work for (work,), age_s in gauge.values.items() if age_s > 3600}


class Hanging:
    """A source that answers once, and then no more until it is released."""

    name = "hanging"

    def __init__(self) -> None:
        self.released, self.calls = threading.Event(), 0

    def read(self) -> Sequence[Gauge]:
        self.calls += 1
        if self.calls > 1:
            self.released.wait(20)
        return [Gauge("mara_hanging", "Hangs.", (), {(): self.calls})]


@contextmanager
def filled(link: psycopg.Connection[Any], rows: int) -> Iterator[None]:
    parameters = {"owner": make_owner(), "rows": rows}
    with link.transaction():
        link.execute("SET LOCAL mara.scope = 'system'")
        link.execute(FILL_DOCUMENTS, parameters)
        link.execute(FILL_DEPOSITS, parameters)
    link.execute("VACUUM ANALYZE")
    yield


@pytest.mark.usefixtures("database")
class TestObjects:
    def test_are_counted_by_state_whatever_changes_them(
        self, as_owner: psycopg.Connection[Any]
    ) -> None:
        with filled(as_owner, 10):
            assert objects()["mara_documents", "ready"] == 10
        with as_owner.transaction():
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute(
                "UPDATE documents SET state = 'failed', failure_code = 'x' WHERE filename < '4'"
            )
            as_owner.execute("DELETE FROM documents WHERE filename = '9.txt'")
            as_owner.execute("UPDATE documents SET pages = 3")
        found = objects()
        assert (found["mara_documents", "ready"], found["mara_documents", "failed"]) == (5, 4)
        assert found["mara_deposits", "credited"] == 10
        with transaction(SYSTEM):
            assert object_counts.sum_up() == 3
        assert objects() == found

    def test_of_a_transaction_that_fails_are_not_counted(
        self, as_owner: psycopg.Connection[Any]
    ) -> None:
        owner = make_owner()
        with as_owner.transaction(force_rollback=True):
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute(FILL_DOCUMENTS, {"owner": owner, "rows": 3})
        assert objects() == {}

    def test_are_summed_up_while_others_are_added(self, as_owner: psycopg.Connection[Any]) -> None:
        with filled(as_owner, 3), as_owner.transaction():
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute("DELETE FROM documents WHERE filename = '1.txt'")
            with transaction(SYSTEM):
                object_counts.sum_up()
        assert objects()["mara_documents", "ready"] == 2


@pytest.mark.usefixtures("database")
class TestOldestWork:
    def test_is_none_that_waits_for_a_customer(self, as_owner: psycopg.Connection[Any]) -> None:
        owner = make_owner()
        bot = add_bot(owner)
        message = make_message(bot.id, owner, -1001, due_at=datetime(2026, 1, 1, tzinfo=UTC))
        with transaction(owner):
            PostgresOutgoingMessages().add(message)
        with as_owner.transaction():
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute(FILL_DOCUMENTS, {"owner": owner, "rows": 1})
            as_owner.execute(
                "UPDATE documents SET state = 'queued', updated_at = now() - interval '1 day'"
            )
            as_owner.execute("UPDATE documents SET waits_since = updated_at")
        assert {"documents", "sends"} <= late()
        with as_owner.transaction():
            as_owner.execute("SET LOCAL mara.scope = 'system'")
            as_owner.execute("UPDATE documents SET state = 'uploading'")
            as_owner.execute("UPDATE bot_configs SET state = 'token_revoked'")
        assert late() == set()


@pytest.mark.usefixtures("database")
class TestQueries:
    @pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.source)
    def test_run_and_are_named_as_declared(self, query: GaugeQuery) -> None:
        assert [gauge.name for gauge in DatabaseGauges(query).read()] == [
            name for name, _ in query.gauges
        ]

    def test_tell_the_connections_in_use(self) -> None:
        (gauge,) = DatabaseGauges(QUERIES[0]).read()
        assert gauge.values["active",] >= 1


def prove_cost(link: psycopg.Connection[Any], rows: int) -> float:
    """Fill the tables, look at each plan, and return the seconds of the best of warm scrapes."""
    with filled(link, rows):
        link.execute("SET mara.scope = 'system'")
        for query in QUERIES:
            plan: Any = link.execute(f"EXPLAIN (FORMAT JSON) {query.statement}").fetchone()
            assert scans_of_large_tables(plan[0][0]["Plan"]) == [], query.source
        service = ScrapeService([DatabaseGauges(query) for query in QUERIES], read_totals)
        service.scrape()
        times = []
        for _ in range(SCRAPES):
            started = time.perf_counter()
            scrape = service.scrape()
            times.append(time.perf_counter() - started)
    values = {gauge.name: gauge.values for gauge in scrape.gauges}
    assert values["mara_documents"] == {("ready",): rows}
    assert values["mara_deposits"] == {("credited",): rows}
    print(f"a scrape over {rows} documents and deposits: {min(times) * 1000:.0f} ms")
    return min(times)


@pytest.mark.usefixtures("database")
class TestCost:
    def test_has_no_scan_of_a_large_table(self, as_owner: psycopg.Connection[Any]) -> None:
        prove_cost(as_owner, 20_000)

    @pytest.mark.proof
    def test_is_half_a_second_at_most_over_a_million_rows(
        self, as_owner: psycopg.Connection[Any]
    ) -> None:
        """Proof 2 of operations.md."""
        assert prove_cost(as_owner, MILLION) <= 0.5


class TestHangingSource:
    def test_delays_no_scrape_and_shows_its_last_value_with_its_age(self) -> None:
        hanging = Hanging()
        service = ScrapeService([hanging], dict, limit_s=0.1)
        assert service.scrape().gauges[0].values == {(): 1}
        for _ in range(3):
            started = time.perf_counter()
            scrape = service.scrape()
            assert time.perf_counter() - started < 0.5
            assert scrape.gauges[0].values == {(): 1}
        assert scrape.ages_s["hanging"] >= 0.3
        assert hanging.calls == 2  # it is not asked again before it has answered
        hanging.released.set()
        while service.scrape().gauges[0].values == {(): 1}:
            pass
        assert service.scrape().ages_s["hanging"] < 5

    def test_that_fails_has_no_value_and_is_asked_again(self) -> None:
        class Failing:
            name = "failing"
            calls = 0

            def read(self) -> Sequence[Gauge]:
                self.calls += 1
                raise ConnectionRefusedError

        failing = Failing()
        service = ScrapeService([failing], dict)
        for _ in range(2):
            assert service.scrape().gauges == []
        assert failing.calls == 2
        assert service.scrape().ages_s["failing"] < 5

    def test_that_never_answers_is_as_old_as_the_process(self) -> None:
        hanging = Hanging()
        hanging.calls = 1
        service = ScrapeService([hanging], dict, limit_s=0.1)
        for _ in range(3):
            scrape = service.scrape()
        assert scrape.gauges == []
        assert scrape.ages_s["hanging"] >= 0.3
        hanging.released.set()
