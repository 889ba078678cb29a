"""Implements ``CountLock`` with an advisory lock of PostgreSQL."""

from uuid import UUID

from mara.platform.database import connection

# A hash that two users share costs one of them a short wait, and nothing else.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def lock_count(owner_id: UUID, kind: str) -> None:
    """Take the lock until the open transaction ends; see ``CountLock``."""
    connection().execute(LOCK, (f"{kind}:{owner_id}",))
