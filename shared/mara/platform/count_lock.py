"""Implements ``CountLock`` and ``WorkLock`` with advisory locks of PostgreSQL."""

from uuid import UUID

from mara.platform.database import connection

# A hash that two users share costs one of them a short wait, and nothing else.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def lock_count(owner_id: UUID, kind: str) -> None:
    """Take the lock until the open transaction ends; see ``CountLock``."""
    connection().execute(LOCK, (f"{kind}:{owner_id}",))


def try_work_lock(owner_id: UUID, kind: str) -> bool:
    """Take the lock until the open transaction ends, or return False; see ``WorkLock``."""
    found = connection().execute(TRY_LOCK, (f"{kind}:{owner_id}",)).fetchone()
    return bool(found and found[0])
