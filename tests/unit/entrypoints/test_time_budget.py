"""How much time is left of a request."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mara.entrypoints import time_budget
from mara.entrypoints.events import Request
from mara.entrypoints.time_budget import GATEWAY_TIMEOUT, RESERVE, request_budget
from tests.support.events import api_event

NOW = datetime(2026, 11, 26, tzinfo=UTC)
WHOLE_S = (GATEWAY_TIMEOUT - RESERVE).total_seconds()


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_budget, "now", lambda: NOW)


def left_s(arrived: datetime | None, function_s: float | None = None) -> float | None:
    event = api_event("POST", "/ask")
    if arrived:
        event["requestContext"]["requestTimeEpoch"] = round(arrived.timestamp() * 1000)
    context: Any = SimpleNamespace()
    if function_s is not None:
        context.get_remaining_time_in_millis = lambda: function_s * 1000
    return request_budget(Request(event, "1"), context).left_s()


@pytest.mark.parametrize(
    ("arrived_s", "function_s", "expected_s"),
    [
        (None, None, WHOLE_S),
        (0, None, WHOLE_S),
        # A cold start took 10 s, of which the function's own clock knows nothing.
        (-10, 29, WHOLE_S - 10),
        (-1, 15, 15 - RESERVE.total_seconds()),
        (-28, 29, 0),
        # Clocks that differ neither take the time away nor give more.
        (-3600, 29, 0),
        (3600, 29, WHOLE_S),
    ],
)
def test_ends_before_the_gateway_and_the_function(
    arrived_s: float | None, function_s: float | None, expected_s: float
) -> None:
    arrived = None if arrived_s is None else NOW + timedelta(seconds=arrived_s)
    assert left_s(arrived, function_s) == pytest.approx(expected_s)
