"""Spans of OpenTelemetry: none without a collector; with one, ids and outcomes and nothing else."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from infra.local.settings import ROOT
from infra.local.simulators.otlp import HANGS, TRICKLES, SimulatedCollector, attributes
from infra.local.simulators.serving import served
from mara.platform.otlp import trace_of
from tests.support.ports import free_port
from tests.support.traced_events import (
    EMAIL,
    ERROR_TEXT,
    FAILED_TICK,
    PASSWORD,
    POSTPONED_MESSAGE,
    REFUSED_LOGIN,
)

pytestmark = pytest.mark.usefixtures("database")

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
LOGIN_IN_A_TRACE = REFUSED_LOGIN.replace(
    "body=body)", f'body=body, headers={{"traceparent": "00-{TRACE}-{PARENT}-01"}})'
)
UNSAMPLED_LOGIN = LOGIN_IN_A_TRACE.replace(f"{PARENT}-01", f"{PARENT}-00")
FOLLOWED_MESSAGE = POSTPONED_MESSAGE.replace(
    f'"body": "{EMAIL}"',
    f'"body": "{EMAIL}", "messageAttributes": {{"correlation_id": {{"stringValue": "req-1"}}}}',
)
TIMED = """
import time
from functions.api.operations.check_health.handler import handler
from tests.support.events import call
call(handler, "GET", "/api/v1/health")
for _ in range(3):
    began = time.perf_counter()
    assert call(handler, "GET", "/api/v1/health").status == 200
    print(time.perf_counter() - began)
"""
SLOWEST_S = 3.0
"""Far above twice the 0.2 s of a request, and below the 5 s of a collector that hangs."""


@pytest.fixture
def collector() -> SimulatedCollector:
    return SimulatedCollector()


@pytest.fixture
def url(collector: SimulatedCollector) -> Iterator[str]:
    with served(collector.app(), free_port()) as found:
        yield found


def run(code: str, endpoint: str) -> str:
    """Run the code in a fresh interpreter, as in Lambda; return what it printed."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "shared")]),
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "NO_PROXY": "*",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


class TestACollector:
    @pytest.mark.parametrize(
        ("code", "operation", "status"),
        [
            pytest.param(REFUSED_LOGIN, "log_in", "401", id="route"),
            pytest.param(FOLLOWED_MESSAGE, "read-report", "failed", id="queue"),
            pytest.param(FAILED_TICK, "count-plans", "failed", id="schedule"),
        ],
    )
    def test_gets_operation_status_and_correlation_id_alone(
        self, collector: SimulatedCollector, url: str, code: str, operation: str, status: str
    ) -> None:
        run(code, url)
        (span,) = collector.spans
        found = attributes(span)
        assert span.name == operation
        assert found.keys() == {"mara.operation", "mara.status", "mara.correlation_id"}
        assert (found["mara.operation"], found["mara.status"]) == (operation, status)
        assert int.from_bytes(span.trace_id) == trace_of(found["mara.correlation_id"])
        assert not span.events
        for secret in (EMAIL, PASSWORD, ERROR_TEXT, os.environ["MARA_DATABASE_URL"]):
            assert secret.encode() not in span.SerializeToString()
        (about,) = collector.resources
        assert about["service.name"] == "mara"

    def test_sees_a_request_and_its_message_in_one_trace(
        self, collector: SimulatedCollector, url: str
    ) -> None:
        run(REFUSED_LOGIN, url)
        run(FOLLOWED_MESSAGE, url)
        assert len({span.trace_id for span in collector.spans}) == 1

    def test_sees_a_request_in_the_trace_of_its_caller(
        self, collector: SimulatedCollector, url: str
    ) -> None:
        run(LOGIN_IN_A_TRACE, url)
        (span,) = collector.spans
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
        assert attributes(span)["mara.correlation_id"] == TRACE

    def test_gets_nothing_of_a_trace_that_its_caller_does_not_sample(
        self, collector: SimulatedCollector, url: str
    ) -> None:
        run(UNSAMPLED_LOGIN, url)
        assert collector.requests == 0


class TestACollectorThatFails:
    @pytest.mark.parametrize("answer", [429, 500, 400, 302, HANGS])
    def test_is_left_alone_and_delays_one_event_by_little(
        self, collector: SimulatedCollector, url: str, answer: int
    ) -> None:
        collector.script.append(answer)
        printed = run(TIMED, url)
        assert max(float(line) for line in printed.splitlines() if line[0].isdigit()) < SLOWEST_S
        assert collector.requests == 1
        assert collector.spans == []
        assert printed.count("spans_not_sent") == 1

    def test_whose_answer_does_not_end_delays_no_event(
        self, collector: SimulatedCollector, url: str
    ) -> None:
        collector.script.extend([TRICKLES] * 4)
        printed = run(TIMED, url)
        assert max(float(line) for line in printed.splitlines() if line[0].isdigit()) < SLOWEST_S
        assert collector.requests == 4

    def test_that_is_down_fails_no_request(self) -> None:
        began = time.perf_counter()
        printed = run(TIMED, f"http://127.0.0.1:{free_port()}")
        assert "spans_not_sent" in printed
        assert time.perf_counter() - began < 60

    def test_has_neither_its_address_nor_its_answer_in_the_log(
        self, collector: SimulatedCollector, url: str
    ) -> None:
        collector.script.append(500)
        port = url.rpartition(":")[2]
        # As a number of its own: the digits may occur in a duration, a time or an id.
        assert not re.search(rf"(?<![\w.]){port}(?!\w)", run(TIMED, url))


class TestAWrongVariableOfOpenTelemetry:
    def test_stops_no_function(
        self, collector: SimulatedCollector, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")
        assert "spans_off" in run(REFUSED_LOGIN, url)
        assert collector.requests == 0


class TestNoCollector:
    def test_neither_loads_the_sdk_nor_sends(self) -> None:
        # FastAPI imports the API of OpenTelemetry, which does nothing without the SDK.
        absent = (
            "import sys\nassert not {'opentelemetry.sdk', 'mara.platform.otlp'} & set(sys.modules)"
        )
        run(f"{REFUSED_LOGIN}\n{absent}", "")
