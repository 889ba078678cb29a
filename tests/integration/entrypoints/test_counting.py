"""Each frame counts its work and flushes the counts before it answers."""

import io
import json
import socket
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from mara.entrypoints.flushing import flush_metrics
from mara.entrypoints.http import PUBLIC, LambdaHandler, api, lambda_handler
from mara.entrypoints.queue import consumer
from mara.entrypoints.schedule import schedule
from mara.kernel.errors import Conflict, NotFound
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.metrics.service import AT_ONCE, recorder
from mara.platform import metric_folding
from mara.platform.clock import now
from mara.platform.database import connection, disconnect, execute_autocommit, transaction
from tests.support.emf import emf_values
from tests.support.events import CONTEXT, call

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/greetings"
DURATION = "mara_http_request_duration_seconds|greet"


class GreetOften(Message):
    name: str


class Missing(NotFound):
    title = "Missing"


class Greeted(Conflict):
    title = "Greeted"


@pytest.fixture(autouse=True)
def _flush_at_once() -> None:
    recorder().due_at = AT_ONCE


@pytest.fixture
def greet() -> LambdaHandler:
    app = api(access=PUBLIC)

    @app.get(PATH)
    async def greet(name: str = "") -> dict[str, str]:
        if name == "unknown":
            raise Missing("There is no such person.")
        return {"greeting": name}

    return lambda_handler(app)


def totals() -> dict[str, int]:
    with transaction(SYSTEM):
        return metric_folding.totals()


def due() -> None:
    recorder().due_at = AT_ONCE


class TestRequests:
    def test_are_counted_by_operation_and_class_of_status(self, greet: LambdaHandler) -> None:
        for name in ("Ada", "unknown", "Ada"):
            due()
            call(greet, "GET", PATH, query={"name": name})
        found = totals()
        assert found["mara_http_requests|greet|2xx"] == 2
        assert found["mara_http_requests|greet|4xx"] == 1
        assert found[f"{DURATION}|sum"] > 0
        buckets = [series for series in found if series.startswith(DURATION)]
        assert sum(found[series] for series in buckets if not series.endswith("|sum")) == 3

    def test_are_flushed_before_the_answer_of_the_first_one(self, greet: LambdaHandler) -> None:
        assert call(greet, "GET", PATH).status == 200
        assert totals()["mara_http_requests|greet|2xx"] == 1

    def test_are_flushed_again_when_ten_seconds_have_passed(self, greet: LambdaHandler) -> None:
        for _ in range(3):
            call(greet, "GET", PATH)
        assert totals()["mara_http_requests|greet|2xx"] == 1
        recorder().due_at = now() - timedelta(milliseconds=1)
        call(greet, "GET", PATH)
        assert totals()["mara_http_requests|greet|2xx"] == 4

    def test_of_other_programs_paths_and_ids_make_no_series(self, greet: LambdaHandler) -> None:
        for number in range(20):
            due()
            call(greet, "GET", PATH, query={"name": f"person-{number}"})
        assert not [series for series in totals() if "person" in series]


class TestDatabase:
    def test_is_counted_by_transactions_statements_and_errors(self) -> None:
        with transaction(SYSTEM):
            connection().execute("SELECT 1")
        with pytest.raises(psycopg.errors.DivisionByZero), transaction(SYSTEM):
            connection().execute("SELECT 1/0")
        flush_metrics()
        found = totals()
        assert found["mara_database_transactions|committed"] == 1
        assert found["mara_database_transactions|rolled_back"] == 1
        assert found["mara_database_errors|other"] == 1
        statements = "mara_database_statement_duration_seconds|"
        counted = [v for k, v in found.items() if k.startswith(statements) and "sum" not in k]
        assert sum(counted) == 4  # with each BEGIN


class TestFailingFlush:
    def test_never_fails_the_request_and_is_counted(
        self, greet: LambdaHandler, as_owner: psycopg.Connection[Any], log: io.StringIO
    ) -> None:
        as_owner.execute("ALTER TABLE metric_values RENAME TO elsewhere")
        assert call(greet, "GET", PATH).status == 200
        line = next(text for text in log.getvalue().splitlines() if "metrics_not_flushed" in text)
        assert json.loads(line)["error"] == "UndefinedTable"
        as_owner.execute("ALTER TABLE elsewhere RENAME TO metric_values")
        due()
        assert call(greet, "GET", PATH).status == 200
        found = totals()
        assert found["mara_http_requests|greet|2xx"] == 2
        assert found["mara_metric_flushes|failed"] == 1

    def test_whose_connection_is_lost_does_not_wait_for_another(self) -> None:
        execute_autocommit("SELECT 1", {})
        with transaction(SYSTEM):
            socket_of = connection().fileno()
        with socket.socket(fileno=socket_of) as link:
            link.shutdown(socket.SHUT_RDWR)
            link.detach()
        flush_metrics()
        assert totals() == {}
        due()
        flush_metrics()
        assert totals()["mara_metric_flushes|failed"] == 1

    def test_waits_for_an_invocation_that_uses_the_database(self) -> None:
        disconnect()
        recorder().count(*_transactions())
        flush_metrics()
        assert recorder().is_due(now())
        execute_autocommit("SELECT 1", {})
        flush_metrics()
        assert totals()["mara_database_transactions|committed"] == 1


def _transactions() -> tuple[Any, str]:
    from mara.metrics.model.families import TRANSACTIONS

    return TRANSACTIONS, "committed"


class TestQueues:
    @pytest.fixture
    def handler(self) -> Any:
        execute_autocommit("SELECT 1", {})

        @consumer(GreetOften)
        def handler(message: GreetOften) -> None:
            if message.name == "twice":
                raise Greeted("Greeted already.")
            if message.name == "bug":
                raise ZeroDivisionError

        return handler

    def test_are_counted_by_outcome_of_their_messages(self, handler: Any) -> None:
        bodies = [json.dumps({"name": name}) for name in ("Ada", "Bob", "twice", "bug")]
        records = [
            {"messageId": str(place), "body": body, "eventSource": "aws:sqs"}
            for place, body in enumerate(bodies)
        ]
        handler({"Records": records}, CONTEXT)
        found = totals()
        assert found["mara_queue_messages|greet-often|processed"] == 2
        assert found["mara_queue_messages|greet-often|repeated"] == 1
        assert found["mara_queue_messages|greet-often|failed"] == 1
        assert found["mara_queue_message_duration_seconds|greet-often|0.1"] == 4


class TestSchedules:
    def test_are_counted_by_outcome_of_their_runs(self) -> None:
        def run(_at: Any) -> int:
            return len(done) and 1 // 0

        done: list[int] = []
        tick = schedule("greet-all")(run)
        tick({}, CONTEXT)
        done.append(1)
        due()
        with pytest.raises(ZeroDivisionError):
            tick({}, CONTEXT)
        found = totals()
        assert found["mara_schedule_runs|greet-all|done"] == 1
        assert found["mara_schedule_runs|greet-all|failed"] == 1


class TestLinesForCloudWatch:
    def test_hold_the_same_figures_as_valid_embedded_metrics(
        self, greet: LambdaHandler, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("Ada", "unknown"):
            due()
            call(greet, "GET", PATH, query={"name": name})
        written = emf_values(capsys.readouterr().out)
        assert written["mara_http_requests", "greet", "2xx"] == 1
        assert written["mara_http_requests", "greet", "4xx"] == 1
        assert written["mara_http_request_duration_seconds_count", "greet"] == 1
        assert written["mara_metric_flushes", "stored"] == 1
