"""The table ``leases``: a named lock that expires, for work that must not run twice at once."""

from datetime import datetime
from uuid import UUID

from mara.platform.database import execute_autocommit

ACQUIRE = """
    INSERT INTO leases AS l (name, holder, held_until) VALUES (%(name)s, %(holder)s, %(until)s)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
        WHERE l.held_until <= %(now)s
    RETURNING true
"""
RELEASE = """
    UPDATE leases SET held_until = %(now)s WHERE name = %(name)s AND holder = %(holder)s
    RETURNING true
"""


def acquire(name: str, holder: UUID, *, now: datetime, until: datetime) -> bool:
    """Take the lease unless another holder has it. Raises DatabaseUnavailable."""
    parameters = {"name": name, "holder": holder, "now": now, "until": until}
    return bool(execute_autocommit(ACQUIRE, parameters))


def release(name: str, holder: UUID, *, now: datetime) -> None:
    """Give the lease back where ``holder`` still has it. Raises DatabaseUnavailable."""
    execute_autocommit(RELEASE, {"name": name, "holder": holder, "now": now})
