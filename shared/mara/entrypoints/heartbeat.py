"""Renews the lease of a scheduled function while its job runs (decision 0026)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg

from mara.platform import lease_store
from mara.platform.clock import now
from mara.platform.telemetry import logger

RENEWED_MAX = timedelta(minutes=5)
"""Longer than any scheduled function may run: a job that hangs does not hold its lease forever."""


@contextmanager
def heartbeat(name: str, holder: UUID, lease: timedelta) -> Iterator[None]:
    """Renew the lease three times within its duration until the block ends.

    The thread ends with the block, so nothing runs after the handler returns. A process that is
    killed or frozen renews nothing: its lease ends by itself after ``lease`` at the latest.
    """
    done = threading.Event()
    thread = threading.Thread(
        target=_renew_until, args=(done, name, holder, lease), name="heartbeat", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew_until(done: threading.Event, name: str, holder: UUID, lease: timedelta) -> None:
    give_up_at = time.monotonic() + RENEWED_MAX.total_seconds()
    while not done.wait(lease.total_seconds() / 3) and time.monotonic() < give_up_at:
        try:
            if not lease_store.renew(name, holder, until=now() + lease):
                # The job goes on: it is idempotent, and its next commit may well be refused.
                logger.warning("lease_lost", schedule=name)
                return
        except psycopg.Error as error:
            logger.warning("lease_not_renewed", schedule=name, error=type(error).__name__)
