"""The table ``rate_limits``: one leaky bucket for each subject."""

from datetime import datetime, timedelta

from mara.platform.database import connection, execute_autocommit

# `empty_at` is when the bucket will have drained (ITU-T I.371, the "theoretical arrival time").
# One statement decides and counts, so that parallel requests cannot share one place.
CONSUME = """
    INSERT INTO rate_limits AS r (subject, empty_at) VALUES (%(subject)s, %(now)s + %(step)s)
    ON CONFLICT (subject) DO UPDATE SET empty_at = greatest(r.empty_at, %(now)s) + %(step)s
        WHERE greatest(r.empty_at, %(now)s) + %(step)s <= %(now)s + %(window)s
    RETURNING empty_at
"""
DELETE_EXPIRED = "DELETE FROM rate_limits WHERE empty_at < %(now)s"


def consume(subject: str, *, step: timedelta, window: timedelta, now: datetime) -> datetime | None:
    """Add one call, which drains in ``step``, to the subject's bucket, which drains in ``window``.

    Returns when the bucket will be empty, or ``None`` where it is full: the call is refused.
    Raises DatabaseUnavailable.
    """
    parameters = {"subject": subject, "now": now, "step": step, "window": window}
    rows = execute_autocommit(CONSUME, parameters)
    empty_at: datetime | None = rows[0][0] if rows else None
    return empty_at


def delete_expired(now: datetime) -> int:
    """Delete the buckets that are empty; return how many. Needs an open transaction."""
    return connection().execute(DELETE_EXPIRED, {"now": now}).rowcount
