"""One connection per execution environment, opened at first use; one transaction at a time."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, errors
from psycopg.pq import TransactionStatus

from mara.kernel.errors import Unavailable
from mara.kernel.unit_of_work import Scope
from mara.platform.settings.database import DatabaseSettings

Connection = psycopg.Connection[tuple[Any, ...]]

ResultT = TypeVar("ResultT")

SET_SCOPE = "SELECT set_config('mara.scope', %s, true)"


class DatabaseUnavailable(Unavailable):
    title = "The database does not answer"


class _Session:
    """The state of this process: its connection, and what waits for the commit."""

    connection: Connection | None = None
    before_commit: tuple[Callable[[], None], ...] = ()
    after_commit: tuple[Callable[[], None], ...] = ()


_session = _Session()


def connection() -> Connection:
    """The connection of the transaction that is open.

    Raises RuntimeError outside of one: a statement without a scope would see no rows anyway.
    """
    if _session.connection is None or not _in_transaction(_session.connection):
        raise RuntimeError("Open a unit of work first.")
    return _session.connection


@contextmanager
def transaction(scope: Scope, *, isolation: IsolationLevel | None = None) -> Iterator[None]:
    """Implements UnitOfWork. Raises DatabaseUnavailable when none can be opened."""
    link = _begin(scope, isolation)
    _session.after_commit = ()
    try:
        yield
        for prepare in _session.before_commit:
            prepare()
        link.commit()
    except BaseException:
        _session.after_commit = ()
        _abandon(link)
        raise
    follow_up: tuple[Callable[[], None], ...] = _session.after_commit
    _session.after_commit = ()
    for act in follow_up:
        act()


def snapshot(scope: Scope) -> AbstractContextManager[None]:
    """Implements UnitOfWork for what only reads: all of it as of one moment."""
    return transaction(scope, isolation=IsolationLevel.REPEATABLE_READ)


def before_commit(prepare: Callable[[], None] | None) -> None:
    """Run ``prepare`` inside every transaction of this request, last; ``None`` ends that."""
    _session.before_commit = (prepare,) if prepare else ()


def after_commit(act: Callable[[], None]) -> None:
    """Run ``act`` once the open transaction is committed; a rollback drops it."""
    connection()
    _session.after_commit += (act,)


def execute_alone(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """One statement that is its own transaction, on a table without tenants: one round trip."""

    def run(link: Connection) -> list[tuple[Any, ...]]:
        link.autocommit = True
        try:
            return link.execute(statement, parameters).fetchall()
        finally:
            if not link.closed:
                link.autocommit = False

    return _retry_once_on_a_stale_connection(run)


def disconnect() -> None:
    """Close the connection; the next transaction opens another."""
    if _session.connection is not None:
        _session.connection.close()
        _session.connection = None


def _begin(scope: Scope, isolation: IsolationLevel | None) -> Connection:
    if _session.connection is not None and _in_transaction(_session.connection):
        raise RuntimeError("A unit of work is open already.")

    def run(link: Connection) -> Connection:
        link.isolation_level = isolation
        link.execute(SET_SCOPE, (str(scope),))
        return link

    return _retry_once_on_a_stale_connection(run)


def _retry_once_on_a_stale_connection(run: Callable[[Connection], ResultT]) -> ResultT:
    """A server that restarted or ended an idle session is noticed at the first statement only."""
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
    """Wait, within bounds, while more environments start than PostgreSQL has places for."""
    settings = DatabaseSettings()  # type: ignore[call-arg]  # from the environment
    give_up_at = time.monotonic() + settings.database_wait_max_s
    while True:
        try:
            return psycopg.connect(
                str(settings.database_url),
                connect_timeout=settings.database_connect_timeout_s,
                application_name="mara",
            )
        except psycopg.OperationalError as error:
            if not _is_full(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - spreads the herd, guards nothing


def _is_full(error: psycopg.OperationalError) -> bool:
    """Libpq gives no SQLSTATE for a refused connection, only the server's words."""
    if isinstance(error, errors.TooManyConnections):
        return True
    text = str(error)
    return "too many clients" in text or "too many connections" in text or "reserved for" in text


def _in_transaction(link: Connection) -> bool:
    return not link.closed and link.info.transaction_status != TransactionStatus.IDLE


def _abandon(link: Connection) -> None:
    if link.closed or link.info.transaction_status == TransactionStatus.UNKNOWN:
        disconnect()
        return
    try:
        link.rollback()
    except psycopg.OperationalError:
        disconnect()
