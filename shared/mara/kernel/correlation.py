"""The id that joins the log lines of one request, over outbox, queues and rows of work.

An environment handles one event at a time: what is followed is a state of the process, which its
threads share.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from mara.kernel.ids import new_id

KEY: Final = "correlation_id"
"""The name of the id in log lines, in attributes of messages, and in events."""
_FORM: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class _Followed:
    id: str | None = None


def current() -> str | None:
    """Return the id that is followed; None outside of any event."""
    return _Followed.id


@contextmanager
def following(correlation_id: str | None) -> Iterator[None]:
    """Follow an id in the block; None leaves the one that is followed.

    For a row of work that was stored before rows had an id, the event that found it is the only
    one that is known.
    """
    before = _Followed.id
    _Followed.id = correlation_id or before
    try:
        yield
    finally:
        _Followed.id = before


def of_trace(traceparent: str | None) -> str | None:
    """Return the id of the trace that a caller names (https://www.w3.org/TR/trace-context/)."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    return found[1] if found and found[1].strip("0") else None


def chosen(*candidates: Any) -> str:
    """Return the first candidate that is a valid id, or a new id.

    Valid are 1 to 64 letters, digits, dots, dashes and underscores of ASCII: what a caller sends
    can neither break a line of the log nor fill it.
    """
    for candidate in candidates:
        if isinstance(candidate, str) and _FORM.fullmatch(candidate):
            return candidate
    return str(new_id())
