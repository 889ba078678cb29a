"""Indexes on tables that are in use: they are built and dropped without a lock against writers."""

from collections.abc import Iterable

from alembic import op


def create(indexes: Iterable[str]) -> None:
    """Create each, given as what follows CREATE INDEX; one that a failed run left is replaced."""
    with op.get_context().autocommit_block():
        for index in indexes:
            _drop(index)
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")


def drop(indexes: Iterable[str]) -> None:
    """Drop each that is there."""
    with op.get_context().autocommit_block():
        for index in indexes:
            _drop(index)


def _drop(index: str) -> None:
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index.split(maxsplit=1)[0]}")
