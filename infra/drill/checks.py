"""What is verified of a restored database, with the product's own commands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import psycopg

from infra.drill.files import Files, keys_of_documents
from infra.local import ledger, migrate, verify_audit

SAMPLE: Final = 200
"""Documents whose files are looked up, the newest ones: their files are the likeliest to miss."""
EXPECTED: Final = "an anchor has them, and no row"
"""What is found of the audit while the stage that has the anchors goes on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    check: str
    is_good: bool
    text: str

    def __str__(self) -> str:
        """One paragraph of the report."""
        return f"[{'ok' if self.is_good else 'FAILED'}] {self.check}: {self.text}"


def check_all(owner_url: str, files: Files, kms: Any, keys: dict[str, str]) -> list[Finding]:
    """Verify the database at MARA_DATABASE_URL, its files, and ``keys`` (ARNs).

    ``owner_url`` is the same database for the owner of its tables. MARA_AUDIT_BUCKET names the
    bucket of anchors. A check that raises is one that failed.
    """
    checks: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
        ("schema", lambda: check_schema(owner_url)),
        ("ledger", lambda: (True, ledger.verify())),
        ("audit", check_audit),
        ("documents", lambda: check_documents(files)),
        *((name, lambda arn=arn: check_key(kms, arn)) for name, arn in keys.items()),
    ]
    return list(_run(checks))


def _run(checks: list[tuple[str, Callable[[], tuple[bool, str]]]]) -> Iterator[Finding]:
    for name, check in checks:
        try:
            yield Finding(name, *check())
        except Exception as error:  # noqa: BLE001 - the others must run
            yield Finding(name, is_good=False, text=str(error) or repr(error))


def check_schema(owner_url: str) -> tuple[bool, str]:
    """Whether this version of the code knows the schema, and whether it must migrate it."""
    with psycopg.connect(owner_url, connect_timeout=10) as link:
        row = link.execute("SELECT version_num FROM alembic_version").fetchone()
    found, newest = str(row[0]) if row else "none", migrate.newest()
    if found not in migrate.revisions():
        return False, f"{found} is newer than this version's {newest}"
    return True, found if found == newest else f"{found}, which `alembic upgrade head` brings on"


def check_audit() -> tuple[bool, str]:
    """Whether nothing but the rows since the backup is missing."""
    try:
        return True, verify_audit.verify()
    except RuntimeError as error:
        lines = str(error).splitlines()
        found = [line for line in lines[1:] if line.startswith("  ")]
        is_expected = bool(found) and all(
            line.startswith("  cut off") and line.endswith(EXPECTED) for line in found
        )
        return is_expected, "\n".join(lines[1:] if is_expected else lines)


def check_documents(files: Files) -> tuple[bool, str]:
    """Whether the newest documents have their files, or had them until after the moment."""
    keys = list(islice(keys_of_documents(SAMPLE), SAMPLE))
    hidden = [key for key in keys if not files.has(key)]
    missing = [key for key in hidden if not files.is_deleted_since(key)]
    said = (
        f"{len(keys) - len(hidden)} of the newest {len(keys)} have their files,"
        f" {len(hidden) - len(missing)} are deleted since"
    )
    return not missing, "; missing: ".join([said, *missing[:3]])


def check_key(kms: Any, arn: str) -> tuple[bool, str]:
    """Whether the key can still decrypt; that it does is seen of functions alone."""
    state = str(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])
    return state == "Enabled", state
