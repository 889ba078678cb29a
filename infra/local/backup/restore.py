"""`mara restore`: a backup becomes the stack of a folder, as a whole or not at all."""

import os
import shutil
import tarfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import migrate
from infra.local.backup import archive, contents
from infra.local.backup.lock import locked
from infra.local.backup.manifest import DATABASE, Manifest
from infra.local.backup.note import note_restore
from infra.local.backup.swap import exchange, flush, rename_to_new
from infra.local.backup.take import HOME, passwords_of
from infra.local.postgres import (
    OWNER,
    PostgresServer,
    free_port,
)
from infra.local.postgres import major_version as postgres_version
from infra.local.processes import unprivileged_owner
from infra.local.settings import DATABASE as NAME
from infra.local.settings import PORT_FILE, load_secrets, state_dir
from infra.local.stacks import command
from infra.local.supervisor_process import supervisor_of

FORMER = ".before-restore"
PREPARED = ".restoring"
NOT_IN_USE = ".not-in-use"
"""The one of the two stacks that is not in the folder, while they are exchanged."""


class CannotRestore(RuntimeError):
    """Nothing was changed; the text says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; ``revision`` is that of the schema now."""

    manifest: Manifest
    revision: str
    former: Path | None
    note: str
    """What was noted of it in the audit."""


def restore(
    source: Path, passphrase: str, *, replace: bool = False, outside: Path | None = None
) -> Restored:
    """Restore into the folder of this stack, which must be empty unless ``replace``.

    The world outside (chains, the simulated Telegram, the anchors of the audit) is taken from the
    folder ``outside``; by default from the former stack, else from the backup. A folder that is
    replaced is kept beside it. Raises CannotRestore, Busy, NotABackup, CannotOpen, Damaged,
    MigrationFailed, PostgresFailed.
    """
    home = state_dir()
    with locked(home):
        return _restore(home, Request(source, passphrase, replace, outside))


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be restored, as the command was given."""

    source: Path
    passphrase: str = field(repr=False)
    replace: bool
    outside: Path | None


def _restore(home: Path, asked: Request) -> Restored:
    is_empty = not any(home.iterdir())
    _check_place(home, is_empty=is_empty, replace=asked.replace)
    world = _outside(asked.outside) if asked.outside else None if is_empty else home
    prepared = home.with_name(home.name + PREPARED)
    shutil.rmtree(prepared, ignore_errors=True)
    prepared.mkdir(mode=0o700)
    try:
        manifest = archive.unpack(asked.source, asked.passphrase, prepared)
        check_schema(manifest, known_revisions=migrate.revisions())
        stack = prepared / HOME
        _place_database(prepared / DATABASE, stack / "postgres")
        if world is not None:
            _take_outside(world, stack)
        note = _bring_up_to_date(stack, manifest)
        if (home / PORT_FILE).exists():
            shutil.copyfile(home / PORT_FILE, stack / PORT_FILE)
        stack.chmod(home.stat().st_mode & 0o777)
        flush(stack)
        former = _put_in_place(stack, home, is_empty=is_empty)
    finally:
        shutil.rmtree(prepared, ignore_errors=True)
    return Restored(manifest, migrate.newest(), former, note)


def check_schema(manifest: Manifest, known_revisions: Collection[str]) -> None:
    """Refuse what this version cannot read. Raises CannotRestore."""
    if manifest.revision not in known_revisions:
        raise CannotRestore(
            f"The backup has the schema {manifest.revision} of mara {manifest.application}, which "
            f"is newer than this version's, {migrate.newest()}. Restore it with that version."
        )
    if manifest.postgres != (own := postgres_version()):
        raise CannotRestore(
            f"The backup has files of PostgreSQL {manifest.postgres}, and this version runs {own}: "
            f"restore it with mara {manifest.application}."
        )


def _outside(folder: Path) -> Path:
    """Return where the world outside is taken from. Raises CannotRestore."""
    world = folder.resolve()
    signs = (Path("postgres", "PG_VERSION"), Path(contents.OBJECTS), Path(contents.CHAINS))
    if not any((world / sign).exists() for sign in signs):  # its database may be what was lost
        raise CannotRestore(f"There is no stack in {world}, which --outside names.")
    if supervisor_of(world) is not None:
        raise CannotRestore(f"The stack in {world} runs: stop it first.")
    return world


def _check_place(home: Path, *, is_empty: bool, replace: bool) -> None:
    if supervisor_of(home) is not None:
        raise CannotRestore(f"The stack in {home} runs: stop it with `{command('make down')}`.")
    if not is_empty and not replace:
        raise CannotRestore(f"{home} is not empty: name another MARA_HOME, or add --replace.")
    former = home.with_name(home.name + FORMER)
    if (aside := home.with_name(home.name + NOT_IN_USE)).exists():
        raise CannotRestore(
            f"{aside} is there, from a restore that was killed at its end: it is the former stack,"
            f" or the restored one, whichever is not in {home}. Move or delete it."
        )
    if not is_empty and former.exists():
        raise CannotRestore(f"{former} is there, from a restore before: move or delete it.")


def _place_database(packed: Path, data_dir: Path) -> None:
    """Unpack the base backup; the server's first start makes it consistent."""
    data_dir.mkdir(mode=0o700, parents=True)
    with tarfile.open(packed) as tar:
        for member in tar:
            place = data_dir / member.name
            if member.isdir():
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif (file := tar.extractfile(member)) is not None:
                with file, place.open("wb") as target:
                    shutil.copyfileobj(file, target)
                place.chmod(0o600)
    packed.unlink()
    if (owner := unprivileged_owner()) is not None:
        for path in (data_dir, *data_dir.rglob("*")):
            os.chown(path, owner, -1)
        for folder in data_dir.parents[:2]:  # which that user must pass
            folder.chmod(0o711)


def _take_outside(world: Path, stack: Path) -> None:
    """A restore does not move the world outside back: chains, chats and anchors go on."""
    contents.copy_outside(world, stack)
    for folder in (world / contents.OBJECTS).rglob("*-audit-anchors"):
        if folder.is_dir():
            shutil.copytree(folder, stack / folder.relative_to(world), dirs_exist_ok=True)


def _bring_up_to_date(stack: Path, manifest: Manifest) -> str:
    """Migrate to the newest schema, and note the restore in the audit and beside its anchors."""
    secrets = load_secrets(stack)
    server = PostgresServer(stack / "postgres", free_port(), passwords_of(secrets))
    with server:
        server.ensure_database(NAME)
        migrate.upgrade(server.url(OWNER, NAME))
        taken = f"the backup of {manifest.taken_at:%Y-%m-%dT%H:%M:%SZ}, schema {manifest.revision}"
        return note_restore(stack, server, secrets.emulator_secret, taken)


def _put_in_place(stack: Path, home: Path, *, is_empty: bool) -> Path | None:
    """Give the stack the name of the folder in one step; return where the former one is."""
    if is_empty:
        stack.rename(home)  # which replaces an empty folder
        flush(home)
        return None
    former, aside = (home.with_name(home.name + end) for end in (FORMER, NOT_IN_USE))
    stack.rename(aside)
    try:
        exchange(aside, home)
    except OSError:
        aside.rename(stack)
        raise
    rename_to_new(aside, former)
    flush(home)
    return former
