"""All events of a log group, also where the emulator gives no more than one page of them."""

from collections.abc import Iterator
from typing import Any, Final

PAGE_MAX: Final = 10_000
"""Events of one answer, at most: FilterLogEvents of Amazon CloudWatch Logs, API Reference."""


def events_of(logs: Any, group: str, first_ms: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the events of a group since a time, in the order of time.

    ``logs`` is a client of CloudWatch Logs; ``first_ms`` counts Unix milliseconds. The emulator
    returns the earliest 10 000 events and no token of a next page, so the rest is asked for by
    its time. Of more than 10 000 events within one millisecond only those of one page are found.
    """
    while True:
        since = {} if first_ms is None else {"startTime": first_ms}
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, **since)
        length, held = 0, list[dict[str, Any]]()
        for page in pages:
            length = len(page["events"])
            for event in page["events"]:
                if held and held[0]["timestamp"] != event["timestamp"]:
                    yield from held
                    held = []
                held.append(event)
        if length < PAGE_MAX:
            yield from held
            return
        # There may be more of the last millisecond: it is read again as the first of the next page.
        last_ms = held[0]["timestamp"]
        if last_ms == first_ms:
            yield from held
            last_ms += 1
        first_ms = last_ms
