"""Cursors of changes: which transactions a reader has seen, as snapshots of PostgreSQL.

The number of a row says nothing about when its transaction is committed. A cursor with a number
would skip rows whose transactions are committed late; a snapshot names exactly the transactions
whose changes were visible.
"""

import base64
import binascii
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime

from mara.kernel.page import InvalidCursor
from mara.notifications.errors import CursorExpired
from mara.notifications.model import RETENTION

NOTHING_SEEN = "3:3:"
"""A snapshot from before the first transaction, whose id is 3."""

SNAPSHOT = re.compile(r"([0-9]{1,19}):([0-9]{1,19}):((?:[0-9]{1,19}(?:,[0-9]{1,19})*)?)")
ID_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Position:
    """What a reader has seen: all of the snapshot ``seen``, at the Unix time ``at``.

    Within the next page, which ends at the snapshot ``until``, also the rows up to ``last``.
    """

    seen: str
    at: float
    until: str | None = None
    last: int = 0


def encode(position: Position) -> str:
    """Encode the position as URL-safe base64 without padding."""
    text = json.dumps(asdict(position), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, now: datetime) -> Position:
    """Raises InvalidCursor, and CursorExpired where changes since then may have been deleted."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position = Position(**json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)))
        _check(position)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise InvalidCursor("Use the next_cursor of the previous page as it was given.") from None
    if now.timestamp() - position.at > RETENTION.total_seconds():
        raise CursorExpired(
            "Changes are kept for 24 hours: read the lists, begin without a cursor."
        )
    return position


def _check(position: Position) -> None:
    """Check what a client may have forged: PostgreSQL would fail at it. Raises ValueError."""
    _check_snapshot(position.seen)
    if position.until is not None:
        _check_snapshot(position.until)
    if not isinstance(position.last, int) or not 0 <= position.last <= ID_MAX:
        raise ValueError("last is not the id of a row")
    if not isinstance(position.at, int | float):
        raise TypeError("at is not a time")


def _check_snapshot(text: str) -> None:
    """Check the rules of PostgreSQL's ``pg_snapshot_in``. Raises ValueError, TypeError."""
    found = SNAPSHOT.fullmatch(text)
    if found is None:
        raise ValueError("not a snapshot")
    lowest, next_ = int(found[1]), int(found[2])
    running = [int(one) for one in found[3].split(",") if one]
    if not 0 < lowest <= next_ or sorted(set(running)) != running:
        raise ValueError("not a snapshot")
    if running and not lowest <= running[0] <= running[-1] < next_:
        raise ValueError("not a snapshot")
