"""Log lines of all functions are pushed to a simulated Loki, whatever it answers."""

import io
import json
import random
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from functions.logs.ship_logs.handler import handler
from infra.local.simulators.loki import SimulatedLoki
from infra.local.simulators.serving import served
from mara.logs import service
from mara.logs.errors import LogStoreUnavailable
from mara.wiring import logs as wiring
from tests.support.log_batches import AT_MS, log_event
from tests.support.ports import free_port

TRIES_OF_LAMBDA = 3
SECRET = "pa55word-of-loki-and-more"


@pytest.fixture
def loki(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedLoki]:
    simulated = SimulatedLoki()
    monkeypatch.setattr(service, "WAIT_S", 0.0)
    monkeypatch.setattr(service, "WAIT_S_MAX", 0.0)
    wiring.log_shipping.cache_clear()
    with served(simulated.app(), free_port()) as url:
        monkeypatch.setenv("MARA_LOKI_URL", url)
        yield simulated
    wiring.log_shipping.cache_clear()


def invoke(event: dict[str, Any]) -> bool:
    """As Lambda calls a function asynchronously; False: the event goes to the failure queue."""
    for _ in range(TRIES_OF_LAMBDA):
        try:
            handler(event, None)
        except LogStoreUnavailable:
            continue
        return True
    return False


def line(n: int) -> str:
    return json.dumps({"level": "INFO", "message": "request", "request_id": f"r{n}"})


def numbers(loki: SimulatedLoki) -> list[int]:
    """Those of the stored lines, in the order of time."""
    found = sorted((at, json.loads(text)["request_id"]) for _, at, text in loki.stored)
    return [int(request_id[1:]) for _, request_id in found]


class TestLines:
    def test_are_stored_with_few_labels_and_their_ids_beside_them(
        self, loki: SimulatedLoki
    ) -> None:
        assert handler(log_event([line(1)]), None) == {"stored": 1, "dropped": 0}
        ((labels, at_ns, text),) = loki.stored
        assert dict(labels) == {
            "service": "mara",
            "stage": "local",
            "function": "mara-local-log-in",
            "level": "INFO",
        }
        assert (at_ns, text) == ("1795800000000000000", line(1))
        assert loki.stored[labels, at_ns, text] == {"request_id": "r1"}

    def test_come_compressed_and_with_tenant_and_credentials(
        self, loki: SimulatedLoki, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
    ) -> None:
        monkeypatch.setenv("MARA_LOKI_TENANT", "team-a")
        monkeypatch.setenv("MARA_LOKI_USER", "mara")
        monkeypatch.setenv("MARA_LOKI_PASSWORD", SECRET)
        handler(log_event([line(1)]), None)
        assert loki.headers["content-encoding"] == "gzip"
        assert loki.headers["x-scope-orgid"] == "team-a"
        assert loki.headers["authorization"].startswith("Basic ")
        assert SECRET not in log.getvalue() + repr(wiring.log_shipping())

    def test_are_none_in_a_message_that_only_tests_the_function(self, loki: SimulatedLoki) -> None:
        assert handler(log_event([line(1)], kind="CONTROL_MESSAGE"), None)["stored"] == 0
        assert loki.requests == 0

    def test_of_more_than_a_push_can_carry_come_in_several(self, loki: SimulatedLoki) -> None:
        long = [json.dumps({"request_id": f"r{n}", "x": "y" * 200_000}) for n in range(12)]
        assert handler(log_event(long), None)["stored"] == 12
        assert numbers(loki) == list(range(12))
        assert loki.requests == 3


class TestFaults:
    @pytest.mark.parametrize("status", [200, 302, 401, 408, 425, 429, 500, 503])
    def test_of_a_moment_are_retried_in_the_invocation(
        self, loki: SimulatedLoki, status: int
    ) -> None:
        loki.script = deque([status, status])
        assert handler(log_event([line(1)]), None) == {"stored": 1, "dropped": 0}
        assert loki.requests == 3

    @pytest.mark.parametrize(
        "status", [200, 202, 302, 307, 308, 401, 403, 404, 405, 408, 425, 429, 451, 500, 503]
    )
    def test_that_last_fail_the_invocation_after_three_tries(
        self, loki: SimulatedLoki, status: int
    ) -> None:
        loki.script = deque([status] * 3)
        with pytest.raises(LogStoreUnavailable):
            handler(log_event([line(1)]), None)
        assert loki.requests == 3

    def test_of_an_address_that_does_not_answer_name_no_line(
        self, loki: SimulatedLoki, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_LOKI_URL", f"http://127.0.0.1:{free_port()}")
        with pytest.raises(LogStoreUnavailable, match="ConnectionRefusedError"):
            handler(log_event([line(1)]), None)

    @pytest.mark.parametrize(
        "asked", ["²", "1e9", "-1", "Sun, 29 Nov 2026 12:00:00 GMT", "9" * 400]
    )
    def test_that_ask_for_no_wait_in_seconds_are_retried_as_others(
        self, loki: SimulatedLoki, asked: str
    ) -> None:
        loki.script, loki.retry_after = deque([429, 429]), asked
        assert handler(log_event([line(1)]), None) == {"stored": 1, "dropped": 0}

    @pytest.mark.parametrize("status", [400, 413, 422])
    def test_of_the_lines_drop_them_and_count_them(
        self,
        loki: SimulatedLoki,
        log: io.StringIO,
        capsys: pytest.CaptureFixture[str],
        status: int,
    ) -> None:
        loki.script = deque([status])
        assert handler(log_event([line(1), line(2)]), None) == {"stored": 0, "dropped": 2}
        assert loki.requests == 1
        assert "log_lines_dropped" in log.getvalue()
        assert '"LogLinesDropped":[2.0]' in capsys.readouterr().out.replace(" ", "")

    def test_leave_nothing_of_a_line_in_the_log_of_the_function(
        self, loki: SimulatedLoki, log: io.StringIO
    ) -> None:
        loki.script = deque([400])
        handler(log_event(["a text that must stay where it is"]), None)
        assert "must stay" not in log.getvalue()


class TestAnHourWithoutLoki:
    """Proof 6: down, 429 and 400 in between."""

    @pytest.mark.parametrize("seed", range(5))
    def test_loses_nothing_that_was_accepted_and_ends(self, loki: SimulatedLoki, seed: int) -> None:
        draw = random.Random(seed)
        batches, given_up, refused = list(self._batches()), list[dict[str, Any]](), 0
        for place, event in enumerate(batches):
            is_down = len(batches) // 4 <= place < len(batches) // 2
            loki.script = deque([draw.choice(DOWN)] * 9 if is_down else draw.choice(WEATHER))
            refused += 400 in loki.script
            if not invoke(event):
                given_up.append(event)
        assert len(given_up) == len(batches) // 4
        assert loki.requests <= 9 * len(batches)
        loki.script.clear()
        assert all(invoke(event) for event in given_up)  # from the failure queue
        found = numbers(loki)
        assert found == sorted(set(found))
        assert len(found) == 2 * (len(batches) - refused)

    @staticmethod
    def _batches() -> Iterator[dict[str, Any]]:
        for n in range(60):
            yield log_event([line(2 * n), line(2 * n + 1)], first_ms=AT_MS + 2 * n)


WEATHER: Sequence[Sequence[int]] = ([], [], [], [429], [429, 500], [503, 503, 503], [400])
"""Answers before Loki stores again."""
DOWN: Sequence[int] = (200, 302, 401, 403, 404, 408, 503)
"""Answers of Loki, or of what stands before it, that say nothing of the lines."""
