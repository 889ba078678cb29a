"""Invokes the scheduled functions: LocalStack accepts EventBridge schedules, but never runs one.

As a program it does so until SIGTERM: python -m infra.local.localstack.schedules URL
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.localstack.aws import client
from infra.local.localstack.stage import STAGE
from infra.local.package import FUNCTION, Template, load_template

KIND = "ScheduleV2"
SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}


@dataclass(frozen=True)
class Schedule:
    """A function, the seconds between two invocations, and its event as JSON."""

    function: str
    every_s: float
    event: str


def schedules(template: Template) -> list[Schedule]:
    """Return the schedules of the template. Raises ValueError for an expression but ``rate``."""
    return [
        Schedule(
            _name(resource["Properties"]["FunctionName"]),
            _seconds(event["Properties"]["ScheduleExpression"]),
            event["Properties"].get("Input", "{}"),
        )
        for resource in template["Resources"].values()
        if resource["Type"] == FUNCTION
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == KIND
    ]


def run(
    known: Sequence[Schedule],
    invoke: Callable[[Schedule], None],
    stop: threading.Event,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Invoke each function whenever its interval has passed, until ``stop`` is set."""
    due = {schedule: now() + schedule.every_s for schedule in known}
    while due and not stop.wait(max(0.0, min(due.values()) - now())):
        for schedule in [s for s, at in due.items() if at <= now()]:
            invoke(schedule)
            due[schedule] = now() + schedule.every_s


def invoker(functions: Any) -> Callable[[Schedule], None]:
    """Return what invokes without waiting for the end; ``functions`` is a client of Lambda.

    While LocalStack restarts, or before the first deployment, an invocation is skipped.
    """

    def invoke(schedule: Schedule) -> None:
        with suppress(BotoCoreError, ClientError):
            functions.invoke(
                FunctionName=schedule.function,
                InvocationType="Event",
                Payload=schedule.event.encode(),
            )

    return invoke


def _name(name: Any) -> str:
    text: str = name["Fn::Sub"] if isinstance(name, dict) else name
    return text.replace("${Stage}", STAGE)


def _seconds(expression: str) -> float:
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if found is None:
        raise ValueError(f"{expression}: only rate(...) is supported")
    return int(found[1]) * SECONDS[found[2]]


if __name__ == "__main__":
    run(schedules(load_template()), invoker(client(sys.argv[1], "lambda")), threading.Event())
