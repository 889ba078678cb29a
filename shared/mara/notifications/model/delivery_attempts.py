"""When an outgoing webhook is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

WAITS: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""The wait before each attempt, after the one before it; 75 h 35 min in all."""
JITTER: Final = 0.1
"""Waits differ by up to this share, so that many that failed at once do not return at once."""
RETRY_AFTER_MAX: Final = timedelta(hours=24)
"""A longer wait that a receiver asks for is cut."""


def next_attempt_at(
    attempts: int, at: datetime, chance: float, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try again after ``attempts`` failed ones, the last at ``at``; None to give up.

    ``chance`` is random, 0..1. ``retry_after`` is what the receiver asked for: it makes the wait
    longer, never shorter. Raises ValueError for a chance out of its range.
    """
    if not 0 <= chance <= 1:
        raise ValueError("chance is 0 to 1")
    if attempts >= len(WAITS):
        return None
    wait = WAITS[attempts] * (1 + JITTER * (2 * chance - 1))
    return at + max(wait, min(retry_after or timedelta(0), RETRY_AFTER_MAX))


def retry_after_of(header: str | None, now: datetime) -> timedelta | None:
    """How long a receiver asks to wait: seconds, or a date (RFC 9110, 10.2.3); None if it is not.

    A date without a zone is in UTC. A time that is over is no wait.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # More digits would not fit into a timedelta.
        return min(timedelta(seconds=int(text[:9])), RETRY_AFTER_MAX)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, timedelta(0))
