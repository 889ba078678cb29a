"""Deleting rows that no longer say anything."""

from datetime import datetime, timedelta

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

KEPT_AFTER_EXPIRY = timedelta(days=7)
"""Refresh tokens are kept so long, so that a reuse of one is still seen as one."""

STATEMENTS = {
    "refresh_tokens": "DELETE FROM refresh_tokens WHERE expires_at < %(week_ago)s",
    "sessions": """
        DELETE FROM sessions s WHERE s.created_at < %(week_ago)s
          AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.session_id = s.id)
    """,
    "idempotency_keys": "DELETE FROM idempotency_keys WHERE created_at < %(day_ago)s",
    "login_failures": "DELETE FROM login_failures WHERE last_failed_at < %(day_ago)s",
    "rate_limits": "DELETE FROM rate_limits WHERE empty_at < %(now)s",
}


def forget_expired(now: datetime) -> dict[str, int]:
    """How many rows went from each table; one transaction a table, so that none waits long."""
    times = {
        "now": now,
        "day_ago": now - timedelta(days=1),
        "week_ago": now - KEPT_AFTER_EXPIRY,
    }
    gone = {}
    for table, statement in STATEMENTS.items():
        with transaction(SYSTEM):
            gone[table] = connection().execute(statement, times).rowcount
    return gone
