"""`mara logs`: prints the latest log lines of all functions, and follows them."""

import time
from collections.abc import Iterator
from typing import Any

from infra.local.aws import client
from infra.local.settings import STAGE

POLL_S = 1.0
SINCE_MINUTES = 5.0


def show(since_minutes: float, *, follow: bool) -> None:
    """Print the lines of the last minutes, then new ones until interrupted if ``follow``."""
    logs = client("logs")
    first_ms = int((time.time() - since_minutes * 60) * 1000)
    next_ms: dict[str, int] = {}
    while True:
        for line in lines(logs, first_ms, next_ms):
            print(line, flush=True)
        if not follow:
            return
        time.sleep(POLL_S)


def lines(logs: Any, first_ms: int, next_ms: dict[str, int]) -> Iterator[str]:
    """Yield ``function: message`` in the order of time, from ``first_ms`` (Unix milliseconds) on.

    ``logs`` is a client of CloudWatch Logs. ``next_ms`` holds, for each log group, the time from
    which the next call reads; it is updated.
    """
    found: list[tuple[int, str, str]] = []
    for group in _groups(logs):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=next_ms.get(group, first_ms)
        )
        events = [event for page in pages for event in page["events"]]
        if events:
            next_ms[group] = max(event["timestamp"] for event in events) + 1
        name = group.rsplit("/", 1)[1]
        found.extend((event["timestamp"], name, event["message"].rstrip()) for event in events)
    # Sorted by time alone: lines of the same millisecond keep the order in which they were written.
    for _, name, message in sorted(found, key=lambda entry: entry[0]):
        yield f"{name}: {message}"


def _groups(logs: Any) -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=f"/aws/lambda/mara-{STAGE}"
    )
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]
