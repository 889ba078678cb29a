"""Runs the migrations as the owner of the tables; the URL comes from MARA_DATABASE_OWNER_URL."""

import os
import sys
from pathlib import Path

import sqlalchemy
from alembic import context

sys.path.insert(0, str(Path(__file__).parent))  # the versions share tenancy.py


def engine_url() -> sqlalchemy.URL:
    url = sqlalchemy.make_url(os.environ["MARA_DATABASE_OWNER_URL"])
    return url.set(drivername="postgresql+psycopg")


def run() -> None:
    engine = sqlalchemy.create_engine(engine_url(), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            # Two deployments at once must not migrate at once.
            connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(7211)"))
            context.run_migrations()
    engine.dispose()


run()
