"""What a migration does to code that runs beside it: Squawk reads its SQL."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from infra.local.settings import ROOT
from tests.support.migration_statements import (
    BREAKING,
    Statement,
    broken_by_list,
    excuses_of_locks,
    statements,
)

MIGRATIONS: Final = ROOT / "migrations"
RELEASES: Final = MIGRATIONS / "releases.tsv"
BREAKS: Final = {
    "adding-not-nullable-field",
    "adding-required-field",
    "ban-drop-column",
    "ban-drop-not-null",
    "ban-drop-table",
    "changing-column-type",
    "renaming-column",
    "renaming-table",
    "syntax-error",
}
"""Rules of Squawk on changes that break code of the previous version."""
BLOCKS: Final = {
    "adding-field-with-default",
    "adding-foreign-key-constraint",
    "adding-serial-primary-key-field",
    "constraint-missing-not-valid",
    "disallowed-unique-constraint",
    "require-concurrent-index-creation",
    "require-concurrent-index-deletion",
}
"""Rules on what keeps others waiting while a large table is read or rewritten."""


@contextmanager
def importable_versions(folder: Path = MIGRATIONS) -> Iterator[ScriptDirectory]:
    """The migrations; they import what they share from the folder ``migrations``."""
    sys.path.insert(0, str(folder))
    try:
        yield ScriptDirectory(str(folder))
    finally:
        sys.path.remove(str(folder))


def releases() -> dict[str, str]:
    """The newest migration of each released version, oldest version first."""
    _, *lines = RELEASES.read_text("utf-8").splitlines()
    return {version: revision for version, _, revision in (one.partition("\t") for one in lines)}


def sql_of(upgrade: Callable[[], None]) -> str:
    """The statements of a migration, which must not need their results."""
    output = io.StringIO()
    options = {"as_sql": True, "output_buffer": output, "literal_binds": True}
    with Operations.context(MigrationContext.configure(dialect_name="postgresql", opts=options)):
        upgrade()
    return output.getvalue()


def broken_rules(sql: str) -> set[str]:
    """The rules of BREAKS and BLOCKS, and of our own lists, that these statements break.

    A comment ``-- squawk-ignore RULE -- REASON`` before a statement excuses a lock.
    """
    allowed = excuses_of_locks(sql, BLOCKS)
    return _broken_by_squawk(allowed) | broken_by_list([*statements(allowed)])


def _broken_by_squawk(sql: str) -> set[str]:
    command = [_squawk(), "--reporter", "json", "--assume-in-transaction", "--pg-version", "18"]
    done = subprocess.run(
        [*command, "--stdin-filepath", "migration.sql"],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {problem["rule_name"] for problem in json.loads(done.stdout or "[]")}
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stderr)
    return found & (BREAKS | BLOCKS)


def problems_of(migration: Script, scripts: ScriptDirectory, newest_release: str) -> list[str]:
    """Why the migration must not be deployed beside code of the version before."""
    sql = sql_of(migration.module.upgrade)
    breaks = BREAKS | set(BREAKING)
    broken = broken_rules(sql)
    blocking = [f"{migration.revision}: {rule}" for rule in sorted(broken - breaks)]
    breaking = [f"{migration.revision}: {rule}" for rule in sorted(broken & breaks)]
    expansion = _expansion_of(migration, scripts, newest_release)
    if breaking and expansion:
        source = Path(expansion.path).read_text("utf-8").lower()
        subjects = {one.subject() for one in _breaking(sql)} - {None}
        unnamed = [one for one in subjects if not re.search(rf"\b{one}\b", source)]
        breaking = [f"{migration.revision}: {expansion.revision} has no {one}" for one in unnamed]
    return blocking + breaking


def _expansion_of(
    migration: Script, scripts: ScriptDirectory, newest_release: str
) -> Script | None:
    """The migration of a released version that, as this one says, made it possible."""
    named = getattr(migration.module, "contract_of", None)
    released = scripts.iterate_revisions(newest_release, "base")
    return next((one for one in released if one.revision == named), None)


def _breaking(sql: str) -> list[Statement]:
    """The statements that break code of the version before, each read by itself."""
    breaks = BREAKS | set(BREAKING)
    return [one for one in statements(sql) if one.text and broken_rules(f"{one.sql};") & breaks]


def module_of(upgrade: Callable[[], None], contract_of: str | None = None) -> ModuleType:
    """A migration that does this."""
    module = ModuleType("migration")
    values = {"revision": "tried", "down_revision": None, "upgrade": upgrade}
    vars(module).update(values, contract_of=contract_of)
    return module


def _squawk() -> str:
    """The program that the package installs, wherever it has put it."""
    files = metadata.files("squawk-cli") or []
    return next(str(Path(str(f.locate())).resolve()) for f in files if f.name == "squawk")
