"""The alarms on errors and throttles of each function."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from infra.local.package import FUNCTION
from infra.observability.alarm import Alarm
from mara.queues.model.known_schedules import SCHEDULES

FREQUENT: Final = timedelta(minutes=10)
"""The longest period of a schedule that fails twice within three periods of an alarm."""
RARE: Final = tuple(sorted({one.function for one in SCHEDULES.values() if one.period > FREQUENT}))

LASTING: Final[dict[str, Any]] = {"periods": 3, "periods_to_alarm": 2}
"""Queues and schedules run again: an error that comes back within 15 minutes is no passing one."""
REPEATED: Final[dict[str, Any]] = {"period_s": 3600, "threshold": 1}
"""Of a rare schedule all tries, one and three minutes after the first, may be in one period of five
minutes, and the next run is in none of the three: its errors are counted over an hour."""


def function_alarms(resources: Mapping[str, Any]) -> Iterator[Alarm]:
    """Return two of each function in the resources of the template."""
    for logical_id, resource in resources.items():
        if resource["Type"] == FUNCTION:
            yield from _of(logical_id, resource["Properties"])


def _of(logical_id: str, properties: Mapping[str, Any]) -> Iterator[Alarm]:
    function = properties["FunctionName"]["Fn::Sub"]
    name = function.removeprefix("mara-${Stage}-")
    common: dict[str, Any] = {
        "namespace": "AWS/Lambda",
        "dimensions": (("FunctionName", function),),
        "statistic": "Sum",
        "threshold": 0,
    }
    yield Alarm(
        logical_id=f"{logical_id}Errors",
        name=f"{name}-errors",
        runbook="function-errors",
        action=f"{logical_id} crashes, times out or raises: read its log.",
        metric="Errors",
        **common | _again(name, properties),
    )
    yield Alarm(
        logical_id=f"{logical_id}Throttles",
        name=f"{name}-throttles",
        runbook="function-throttles",
        action=f"{logical_id} is throttled: compare concurrency with the account's quota.",
        metric="Throttles",
        **common,
    )


def _again(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A route catches its exceptions, so one error is a crash or a timeout."""
    if properties["CodeUri"].startswith("functions/api/"):
        return {}
    return REPEATED if name in RARE else LASTING
