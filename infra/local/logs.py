"""`mara logs`: prints the latest log lines of the functions, and follows them."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.local.log_events import events_of
from infra.local.log_line import LEVELS, LogLine, parse, render
from infra.local.settings import STAGE
from mara.logs.model import LogBatch

POLL_S = 1.0
OVERLAP_MS = 3000
"""Read again at each poll: a line may arrive after a later one of another process."""
PREFIX = f"/mara/{STAGE}"


Event = tuple[int, str, str]
"""Its time in Unix milliseconds, its stream and its text."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines to print; None stands for any.

    ``function`` is a function's folder, such as ``log_in``; ``level`` is the lowest one.
    """

    function: str | None = None
    request_id: str | None = None
    level: str | None = None

    def takes(self, line: LogLine) -> bool:
        """Whether to print a line."""
        return (
            not line.is_written_by_lambda
            and self.function in (None, line.function)
            and (self.request_id is None or self.request_id in line.text)
            and (self.level is None or LEVELS.get(line.level, 0) >= LEVELS[self.level])
        )


def show(wanted: LineFilter, since_minutes: float, *, follow: bool) -> None:
    """Print the lines of the last minutes, then new ones until interrupted if ``follow``.

    Raises UnknownFunction.
    """
    from infra.local.aws import client
    from infra.local.invoke import folder_of

    if wanted.function is not None:
        folder_of(wanted.function)
    reader = LogReader(client("logs"), int((time.time() - since_minutes * 60) * 1000))
    while True:
        for line in reader.lines(wanted):
            print(render(line), flush=True)
        if not follow:
            return
        time.sleep(POLL_S)


class LogReader:
    """Reads the lines of all functions, and gives each line once."""

    def __init__(self, logs: Any, first_ms: int) -> None:
        """``logs`` is a client of CloudWatch Logs; ``first_ms`` counts Unix milliseconds."""
        self._logs = logs
        self._first_ms = first_ms
        self._next_ms: dict[str, int] = {}
        self._seen: dict[str, Counter[Event]] = {}
        """By group, what the last call read: some of it is read again."""

    def lines(self, wanted: LineFilter) -> Iterator[LogLine]:
        """Yield the lines that came since the last call, in the order of time."""
        found = [line for group in self._groups() for line in self._new(group)]
        # Sorted by time alone: lines of the same millisecond keep the order of their writing.
        return (line for line in sorted(found, key=lambda line: line.at_ms) if wanted.takes(line))

    def _new(self, group: str) -> list[LogLine]:
        first_ms = self._next_ms.get(group, self._first_ms)
        # The emulator gives events no id: what is the same in all is counted.
        found = Counter(
            (event["timestamp"], event["logStreamName"], event["message"])
            for event in events_of(self._logs, group, first_ms)
        )
        fresh = found - self._seen.get(group, Counter())
        self._seen[group] = found
        if found:
            latest_ms = max(at_ms for at_ms, _, _ in found)
            self._next_ms[group] = max(first_ms, latest_ms - OVERLAP_MS)
        return [
            parse(function_of(stream), at_ms, message)
            for at_ms, stream, message in fresh.elements()
        ]

    def _groups(self) -> list[str]:
        """That of all functions, and that of the function which ships its lines."""
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=PREFIX)
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def function_of(stream: str) -> str:
    """The folder of the function that writes to a stream."""
    deployed = LogBatch(stream, ()).function
    return deployed.removeprefix(f"mara-{STAGE}-").replace("-", "_")
