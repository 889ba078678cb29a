"""The database connection of an execution environment, and its transactions.

The connection is opened with the first transaction; there is one transaction at a time.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.pq import TransactionStatus

from mara.kernel.errors import Conflict
from mara.kernel.unit_of_work import DatabaseUnavailable, Scope
from mara.metrics.model.families import DATABASE_ERRORS, TRANSACTIONS
from mara.metrics.service import recorder
from mara.platform.checked_cursor import CheckedCursor
from mara.platform.database_address import database_settings

Connection = psycopg.Connection[tuple[Any, ...]]

ResultT = TypeVar("ResultT")

REFUSED_FOR_NOW = (
    "too many clients",
    "too many connections",
    "reserved for",
    "is starting up",
    "is not yet accepting connections",
    "in recovery mode",
    "could not fork",
)
"""Words of PostgreSQL's errors 53300 and 57P03, and of a server that has no room for a process."""
ERASED = "MR410"
"""The SQLSTATE of the triggers that refuse new rows of erased accounts."""
SET_SCOPE = "SELECT set_config('mara.scope', %s, true)"


class ErasedMeanwhile(Conflict):
    """The account was erased while work for it went on: there is nothing left to do."""

    title = "The account was erased meanwhile"


class _Session:
    """The state of this process: its connection and its commit hooks."""

    connection: Connection | None = None
    before_commit: tuple[Callable[[], None], ...] = ()
    after_commit: tuple[Callable[[], None], ...] = ()


_session = _Session()


def connection() -> Connection:
    """Return the connection of the open transaction.

    Raises RuntimeError outside a transaction: without a scope, a statement would see no rows.
    """
    if _session.connection is None or not _in_transaction(_session.connection):
        raise RuntimeError("Open a unit of work first.")
    return _session.connection


@contextmanager
def transaction(
    scope: Scope, *, isolation: IsolationLevel | None = None, synchronous: bool = True
) -> Iterator[None]:
    """Implements UnitOfWork.

    Raises DatabaseUnavailable where no transaction can be opened or the connection is lost in it,
    and ErasedMeanwhile where a row was added for an erased account.
    """
    conn = _begin(scope, isolation, synchronous=synchronous)
    _session.after_commit = ()
    try:
        yield
        for hook in _session.before_commit:
            hook()
        conn.commit()
    except BaseException as error:
        recorder().count(TRANSACTIONS, "rolled_back")
        _session.after_commit = ()
        _rollback(conn)
        if isinstance(error, psycopg.Error) and error.sqlstate == ERASED:
            raise ErasedMeanwhile("Nothing can be added to it.") from None
        if isinstance(error, psycopg.Error) and conn.closed:
            # Lost in the middle, or in the commit, which may have succeeded: callers repeat either.
            raise DatabaseUnavailable("Try again in a few seconds.") from error
        raise
    recorder().count(TRANSACTIONS, "committed")
    hooks: tuple[Callable[[], None], ...] = _session.after_commit
    _session.after_commit = ()
    for hook in hooks:
        hook()


def snapshot(scope: Scope) -> AbstractContextManager[None]:
    """Implements UnitOfWork for reads that need one consistent snapshot (repeatable read)."""
    return transaction(scope, isolation=IsolationLevel.REPEATABLE_READ)


def asynchronous(scope: Scope) -> AbstractContextManager[None]:
    """Implements UnitOfWork with an asynchronous commit: it does not wait for the disk.

    A crash of the server in the next moments may undo it, with all that is committed later.
    """
    return transaction(scope, synchronous=False)


def before_commit(hook: Callable[[], None] | None) -> None:
    """Run ``hook`` at the end of every transaction, before its commit; ``None`` removes it."""
    _session.before_commit = (hook,) if hook else ()


def after_commit(hook: Callable[[], None]) -> None:
    """Run ``hook`` after the commit of the open transaction; a rollback drops it."""
    connection()
    _session.after_commit += (hook,)


def execute_autocommit(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement in autocommit mode: one round trip.

    Only for tables without row-level security, and outside of a transaction, which would undo it.
    Raises DatabaseUnavailable, RuntimeError.
    """
    _refuse_nesting()
    return _retry_on_stale_connection(lambda conn: conn.execute(statement, parameters).fetchall())


def idle_connection() -> Connection | None:
    """Return the connection where it is open and in no transaction; opens none."""
    conn = _session.connection
    return None if conn is None or conn.closed or _in_transaction(conn) else conn


def disconnect() -> None:
    """Close the connection; the next transaction opens another."""
    if _session.connection is not None:
        _session.connection.close()
        _session.connection = None


def _begin(scope: Scope, isolation: IsolationLevel | None, *, synchronous: bool) -> Connection:
    _refuse_nesting()
    level = f" ISOLATION LEVEL {isolation.name.replace('_', ' ')}" if isolation else ""
    commit = "" if synchronous else "; SET LOCAL synchronous_commit = off"
    # One round trip: a query of several statements, which has no parameters.
    begin = sql.SQL("BEGIN{}; SET LOCAL mara.scope = {}{}").format(
        sql.SQL(level), str(scope), sql.SQL(commit)
    )

    def run(conn: Connection) -> Connection:
        conn.execute(begin)
        return conn

    return _retry_on_stale_connection(run)


def _refuse_nesting() -> None:
    if _session.connection is not None and _in_transaction(_session.connection):
        raise RuntimeError("A unit of work is open already.")


def _retry_on_stale_connection(run: Callable[[Connection], ResultT]) -> ResultT:
    """Run again on a new connection: a lost connection is noticed at the first statement only."""
    try:
        return run(_connected())
    except psycopg.OperationalError:
        disconnect()
    try:
        return run(_connected())
    except psycopg.OperationalError as error:
        disconnect()
        raise DatabaseUnavailable("Try again in a few seconds.") from error


def _connected() -> Connection:
    if _session.connection is None or _session.connection.closed:
        _session.connection = _connect()
    return _session.connection


def _connect() -> Connection:
    """Connect; retry for a limited time while PostgreSQL refuses connections for the moment.

    Autocommit: psycopg begins no transaction by itself, ``transaction`` does.
    """
    settings = database_settings()
    deadline = time.monotonic() + settings.database_wait_max_s
    while True:
        try:
            return psycopg.connect(
                str(settings.database_url),
                connect_timeout=settings.database_connect_timeout_s,
                application_name="mara",
                autocommit=True,
                cursor_factory=CheckedCursor,
            )
        except psycopg.OperationalError as error:
            recorder().count(DATABASE_ERRORS, "connection")
            if not _is_refused_for_now(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - jitter, not a secret


def _is_refused_for_now(error: psycopg.OperationalError) -> bool:
    """Whether the server answered that it cannot take a connection at this moment.

    Libpq gives no SQLSTATE for a refused connection, only the server's message.
    """
    return any(words in str(error) for words in REFUSED_FOR_NOW)


def _in_transaction(conn: Connection) -> bool:
    return not conn.closed and conn.info.transaction_status != TransactionStatus.IDLE


def _rollback(conn: Connection) -> None:
    if conn.closed or conn.info.transaction_status == TransactionStatus.UNKNOWN:
        disconnect()
        return
    try:
        conn.rollback()
    except psycopg.OperationalError:
        disconnect()
