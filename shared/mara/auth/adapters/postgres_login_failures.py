"""Failed logins in PostgreSQL."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.auth.adapters.tables import login_failures
from mara.auth.model import lock_after
from mara.auth.model.devices import FailedLogins, FailureSubject
from mara.platform.sql import execute, fetch_all, fetch_value, values_of

FAILURES_EXPIRE_AFTER = timedelta(hours=24)
SHOWN_MAX = 100
"""Networks whose failures the owner of an account is shown."""

_failures, _locked_until = login_failures.c.failures, login_failures.c.locked_until
_of_subject = login_failures.c.subject == bindparam("subject")
_at = bindparam("at", type_=login_failures.c.last_failed_at.type)

# Nothing is returned while the subject is locked: such an attempt does not count.
INCREMENT = (
    insert(login_failures)
    .values(
        subject=bindparam("key"),
        failures=1,
        last_failed_at=_at,
        account=bindparam("account"),
        network=bindparam("network"),
    )
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
_begins = login_failures.c.last_failed_at <= bindparam("since", type_=_at.type)
# `last_failed_at` is the beginning of the window here.
COUNT_IN_WINDOW = (
    insert(login_failures)
    .values(subject=bindparam("key"), failures=1, last_failed_at=_at)
    .on_conflict_do_update(
        index_elements=[login_failures.c.subject],
        set_={
            "failures": case((_begins, 1), else_=_failures + 1),
            "last_failed_at": case((_begins, _at), else_=login_failures.c.last_failed_at),
        },
    )
    .returning(_failures)
)
LOCK = update(login_failures).where(_of_subject).values(locked_until=bindparam("until"))
LOCKED_UNTIL = select(_locked_until).where(_of_subject)
DECREMENT = update(login_failures).where(_of_subject, _failures > 0).values(failures=_failures - 1)
RESET = delete(login_failures).where(_of_subject)

LIST = (
    select(
        login_failures.c.network,
        _failures,
        login_failures.c.last_failed_at,
        _locked_until,
    )
    .where(
        login_failures.c.account == bindparam("account"),
        login_failures.c.last_failed_at >= bindparam("since"),
    )
    .order_by(login_failures.c.last_failed_at.desc())
    .limit(SHOWN_MAX)
)


class PostgresLoginFailures:
    """Implements ``LoginFailures``."""

    def check_and_increment(
        self, subject: FailureSubject, at: datetime, allowed: int
    ) -> timedelta | None:
        """Return the remaining lock, or count a failure and lock at ``allowed`` of them."""
        expired_before = at - FAILURES_EXPIRE_AFTER
        counted = values_of(subject)
        failures = fetch_value(INCREMENT, **counted, at=at, expired_before=expired_before)
        if failures is None:
            return self.remaining_lock(subject, at)
        if lock := lock_after(failures, allowed):
            execute(LOCK, subject=subject.key, until=at + lock)
        return None

    def remaining_lock(self, subject: FailureSubject, at: datetime) -> timedelta | None:
        """Return the rest of the lock, None if the subject is not locked."""
        until: datetime | None = fetch_value(LOCKED_UNTIL, subject=subject.key)
        return until - at if until and until > at else None

    def reset(self, subject: FailureSubject) -> None:
        """Delete the count of the subject, and its lock."""
        execute(RESET, subject=subject.key)

    def decrement(self, subject: FailureSubject) -> None:
        """Decrement the count by one."""
        execute(DECREMENT, subject=subject.key)

    def count_in_window(self, subject: FailureSubject, at: datetime, window: timedelta) -> int:
        """Count one failure; return how many there were since the first of the window."""
        count: int = fetch_value(COUNT_IN_WINDOW, key=subject.key, at=at, since=at - window)
        return count

    def list(self, account: str, since: datetime) -> list[FailedLogins]:
        """Return the failures of the account since then, the latest first."""
        return [FailedLogins(**row) for row in fetch_all(LIST, account=account, since=since)]
