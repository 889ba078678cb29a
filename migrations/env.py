"""Runs Alembic as the owner of the tables; the URL comes from MARA_DATABASE_OWNER_URL.

``alembic check`` and ``alembic revision --autogenerate`` compare the database with the tables that
the domains declare in ``adapters/tables.py``.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any, Literal

import sqlalchemy
from alembic import context
from sqlalchemy.dialects.postgresql.base import ischema_names

from mara.platform.schema import HalfVector, TransactionId
from mara.wiring.schema import metadata

sys.path.insert(0, str(Path(__file__).parent))  # the versions share tenancy.py

LOCK = sqlalchemy.text("SELECT pg_try_advisory_lock(7211)")
LOCK_TRIED_EVERY_S = 0.2
LOCK_AWAITED_FOR_S = 3600.0
SCOPE = sqlalchemy.text("SELECT set_config('mara.scope', 'system', false)")
"""Row-level security holds for the owner of the tables too: without a scope a migration would
change no row."""


def engine_url() -> sqlalchemy.URL:
    """Return the owner's URL with the driver that is installed."""
    url = sqlalchemy.make_url(os.environ["MARA_DATABASE_OWNER_URL"])
    return url.set(drivername="postgresql+psycopg")


def render_item(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """Render our own types with their imports in a generated migration."""
    if kind == "type" and isinstance(item, HalfVector | TransactionId):
        name = type(item).__name__
        autogenerate.imports.add(f"from mara.platform.schema import {name}")
        return f"{name}()"
    return False


def wait_for_lock(connection: sqlalchemy.Connection) -> None:
    """Wait until no other run migrates the database. Raises TimeoutError.

    The session holds the lock until the connection closes: a lock of a transaction would end with
    the first migration. It is tried again and again, each time in a transaction that ends at once:
    who waits inside a statement holds a snapshot, and CREATE INDEX CONCURRENTLY of the run that has
    the lock waits for every older snapshot, so that each would wait for the other.
    """
    give_up_at = time.monotonic() + LOCK_AWAITED_FOR_S
    while not connection.execute(LOCK).scalar_one():
        connection.commit()
        if time.monotonic() > give_up_at:
            raise TimeoutError("another run has been migrating this database for an hour")
        time.sleep(LOCK_TRIED_EVERY_S)
    connection.commit()


def run() -> None:
    """Run the command, each migration in a transaction of its own."""
    # Alembic compares columns of these types; SQLAlchemy does not know them.
    ischema_names.update(halfvec=HalfVector, xid8=TransactionId)
    engine = sqlalchemy.create_engine(engine_url(), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        wait_for_lock(connection)
        connection.execute(SCOPE)
        connection.commit()
        context.configure(
            connection=connection,
            transaction_per_migration=True,
            target_metadata=metadata,
            compare_server_default=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
