"""The columns of a release, and those that the migrations after it make of them."""

from pathlib import Path
from typing import Any, Final

import psycopg
from alembic.script import Script

from tests.support.migrations import MIGRATIONS, importable_versions
from tests.support.postgres import migrate

COLUMNS: Final = """
    SELECT attrelid::regclass::text || '.' || attname, format_type(atttypid, atttypmod),
        attnotnull AND NOT atthasdef AND attidentity = ''
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0
        AND NOT attisdropped
"""
Columns = dict[str, tuple[str, bool]]
"""The type of each column, and whether an INSERT must name it."""


def columns_around(
    link: psycopg.Connection[Any], owner_url: str, release: str, folder: Path = MIGRATIONS
) -> tuple[Columns, Columns]:
    """Migrate to the release and on to the newest migration of the folder; the columns of both.

    Left out is what a migration changes that declares ``contract_of``: the code of the release
    does not use it (decision 0040).
    """
    migrate(owner_url, "upgrade", release, folder=folder)
    before = _columns(link)
    contracted: set[str] = set()
    for one in _contractions(release, folder):
        migrate(owner_url, "upgrade", str(one.down_revision), folder=folder)
        expanded = _columns(link)
        migrate(owner_url, "upgrade", one.revision, folder=folder)
        contracted |= {name for name, _ in expanded.items() ^ _columns(link).items()}
    migrate(owner_url, "upgrade", "head", folder=folder)
    return _without(before, contracted), _without(_columns(link), contracted)


def _contractions(release: str, folder: Path) -> list[Script]:
    """The migrations after the release that contract, the oldest first."""
    with importable_versions(folder) as scripts:
        later = [*scripts.iterate_revisions("heads", release)][::-1]
        return [one for one in later if getattr(one.module, "contract_of", None)]


def _columns(link: psycopg.Connection[Any]) -> Columns:
    return {name: (kind, is_needed) for name, kind, is_needed in link.execute(COLUMNS)}


def _without(columns: Columns, left_out: set[str]) -> Columns:
    return {name: what for name, what in columns.items() if name not in left_out}
