"""The table ``leases``: a named lock that expires, for work that must not run twice at once."""

from datetime import datetime
from uuid import UUID

from mara.platform.database import execute_autocommit
from mara.platform.own_connection import own_transaction

RENEWAL_TIMEOUT_S = 5
"""Time limit of connecting and of the statement; a renewal that fails is tried again later."""

ACQUIRE = """
    INSERT INTO leases AS l (name, holder, held_until) VALUES (%(name)s, %(holder)s, %(until)s)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
        WHERE l.held_until <= %(now)s
    RETURNING true
"""
HELD_UNTIL = "SELECT held_until FROM leases WHERE name = %(name)s AND held_until > %(now)s"
TAKE_OVER = """
    UPDATE leases SET holder = %(holder)s, held_until = %(until)s
    WHERE name = %(name)s AND holder = %(from)s AND held_until > %(now)s
    RETURNING true
"""
RENEW = """
    UPDATE leases SET held_until = %(until)s WHERE name = %(name)s AND holder = %(holder)s
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


def take_over(name: str, former: UUID, holder: UUID, *, now: datetime, until: datetime) -> bool:
    """Take the lease from ``former``, which holds it; once only. Raises DatabaseUnavailable."""
    parameters = {"name": name, "from": former, "holder": holder, "now": now, "until": until}
    return bool(execute_autocommit(TAKE_OVER, parameters))


def held_until(name: str, *, now: datetime) -> datetime | None:
    """When the lease ends; None if it is free. Raises DatabaseUnavailable."""
    rows = execute_autocommit(HELD_UNTIL, {"name": name, "now": now})
    return rows[0][0] if rows else None


def renew(name: str, holder: UUID, *, until: datetime) -> bool:
    """Extend the lease; False if another holder has taken it.

    Uses a connection of its own, because it runs beside the work, whose connection may be inside
    a transaction or a long statement. Raises psycopg.OperationalError.
    """
    with own_transaction(
        "mara-lease",
        connect_timeout_s=RENEWAL_TIMEOUT_S,
        statement_timeout_ms=RENEWAL_TIMEOUT_S * 1000,
    ) as link:
        parameters = {"name": name, "holder": holder, "until": until}
        return link.execute(RENEW, parameters).fetchone() is not None


def release(name: str, holder: UUID, *, now: datetime) -> None:
    """Give the lease back where ``holder`` still has it. Raises DatabaseUnavailable."""
    execute_autocommit(RELEASE, {"name": name, "holder": holder, "now": now})
