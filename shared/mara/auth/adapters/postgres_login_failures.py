"""Failed logins in PostgreSQL."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.auth.adapters.tables import login_failures
from mara.auth.model import lock_after
from mara.platform.sql import execute, fetch_value

FAILURES_EXPIRE_AFTER = timedelta(hours=24)

_failures, _locked_until = login_failures.c.failures, login_failures.c.locked_until
_of_subject = login_failures.c.subject == bindparam("subject")
_at = bindparam("at", type_=login_failures.c.last_failed_at.type)

# Nothing is returned while the subject is locked: such an attempt does not count.
INCREMENT = (
    insert(login_failures)
    .values(subject=bindparam("subject"), failures=1, last_failed_at=_at)
    .on_conflict_do_update(
        index_elements=[login_failures.c.subject],
        set_={
            "failures": case(
                (login_failures.c.last_failed_at < bindparam("expired_before"), 1),
                else_=_failures + 1,
            ),
            "last_failed_at": _at,
        },
        where=or_(_locked_until.is_(None), _locked_until <= _at),
    )
    .returning(_failures)
)
LOCK = update(login_failures).where(_of_subject).values(locked_until=bindparam("until"))
LOCKED_UNTIL = select(_locked_until).where(_of_subject)
DECREMENT = update(login_failures).where(_of_subject, _failures > 0).values(failures=_failures - 1)
RESET = delete(login_failures).where(_of_subject)


class PostgresLoginFailures:
    """Implements ``LoginFailures``."""

    def check_and_increment(self, subject: str, at: datetime, allowed: int) -> timedelta | None:
        """Return the remaining lock, or count a failure and lock at ``allowed`` of them."""
        expired_before = at - FAILURES_EXPIRE_AFTER
        failures = fetch_value(INCREMENT, subject=subject, at=at, expired_before=expired_before)
        if failures is None:
            return self._remaining_lock(subject, at)
        if lock := lock_after(failures, allowed):
            execute(LOCK, subject=subject, until=at + lock)
        return None

    def reset(self, subject: str) -> None:
        """Delete the count of the subject, and its lock."""
        execute(RESET, subject=subject)

    def decrement(self, subject: str) -> None:
        """Decrement the count by one."""
        execute(DECREMENT, subject=subject)

    def _remaining_lock(self, subject: str, at: datetime) -> timedelta | None:
        until = fetch_value(LOCKED_UNTIL, subject=subject)
        return until - at if until else None
