"""Deleting expired rows."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mara.kernel.unit_of_work import SYSTEM
from mara.platform import idempotency_store, rate_limit_store
from mara.platform.database import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = timedelta(days=1)
REFRESH_TOKEN_RETENTION = timedelta(days=7)
"""After expiry: so long the reuse of a refresh token is still detected."""

DELETE_REFRESH_TOKENS = "DELETE FROM refresh_tokens WHERE expires_at < %s"
DELETE_SESSIONS = """
    DELETE FROM sessions s WHERE s.created_at < %s
      AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.session_id = s.id)
"""
DELETE_LOGIN_FAILURES = "DELETE FROM login_failures WHERE last_failed_at < %s"


def delete_expired(now: datetime) -> dict[str, int]:
    """Delete expired rows and return how many of each table.

    One transaction for each table, so that none holds its locks for long.
    """
    tables: dict[str, Callable[[], int]] = {
        "refresh_tokens": lambda: _delete(DELETE_REFRESH_TOKENS, now - REFRESH_TOKEN_RETENTION),
        "sessions": lambda: _delete(DELETE_SESSIONS, now - REFRESH_TOKEN_RETENTION),
        "idempotency_keys": lambda: idempotency_store.delete_older(now - DAY),
        "login_failures": lambda: _delete(DELETE_LOGIN_FAILURES, now - DAY),
        "rate_limits": lambda: rate_limit_store.delete_expired(now),
    }
    deleted = {}
    for table, delete in tables.items():
        with transaction(SYSTEM):
            deleted[table] = delete()
    return deleted


def _delete(statement: str, before: datetime) -> int:
    return connection().execute(statement, [before]).rowcount
