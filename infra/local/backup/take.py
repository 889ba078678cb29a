"""`mara backup`: the local stack, running or stopped, in one encrypted file."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from infra.local import lifecycle
from infra.local.backup import archive, contents
from infra.local.backup.archive import ArchiveWriter
from infra.local.backup.lock import locked
from infra.local.backup.manifest import DATABASE, Manifest
from infra.local.backup.sealed import COST
from infra.local.postgres import ADMIN, APP, BINARIES, OWNER, PostgresServer, free_port
from infra.local.settings import (
    DATABASE as NAME,
)
from infra.local.settings import Secrets, load_secrets, ports, state_dir

HOME = "home"
"""The prefix of the parts that belong into the folder of a stack."""
STAGING = "backup.staging-"


class BackupFailed(RuntimeError):
    """The backup was not written; the text says why."""


def take(target: Path, passphrase: str, cost: int = COST) -> Manifest:
    """Write the backup of this stack to ``target``; ``cost`` is that of ``SealedWriter``.

    Raises BackupFailed, Busy, FileExists, PostgresFailed.
    """
    home = state_dir()
    if not (home / "postgres" / "PG_VERSION").exists():
        raise BackupFailed(f"There is no stack in {home}.")
    with (
        locked(home),
        _staging(home) as staging,
        archive.create(target, passphrase, cost) as parts,
    ):
        return _write(parts, home, staging)


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """A new folder beside the objects, which are linked there; none of a killed backup is left."""
    for former in home.glob(f"{STAGING}*"):
        shutil.rmtree(former, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=home))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(parts: ArchiveWriter, home: Path, staging: Path) -> Manifest:
    contents.link_objects(home, staging)
    messages = contents.read_messages(home)
    with _database(home) as server:
        taken_at, revision = datetime.now(UTC), _revision(server)
        as_read = _base_backup(server, staging / DATABASE)
    done_at = time.time() if lifecycle.running_pid() else 0.0
    contents.link_objects(home, staging)
    queues = contents.merged(messages, contents.read_messages(home))
    (staging / contents.QUEUES).write_text(json.dumps(queues), "utf-8")
    contents.copy_outside(home, staging, done_at)
    for name in contents.PRIVATE:
        if (home / name).exists():
            shutil.copyfile(home / name, staging / name)
    for source in sorted(path for path in staging.rglob("*") if path.is_file()):
        name = source.relative_to(staging).as_posix()
        digest = parts.add(name if name == DATABASE else f"{HOME}/{name}", source)
        if name == DATABASE and digest != as_read:
            raise BackupFailed("The copy of the database changed after it was read: try again.")
    written: list[Manifest] = []

    def manifest(digests: dict[str, str]) -> Manifest:
        major = int((home / "postgres" / "PG_VERSION").read_text())
        written.append(Manifest(taken_at, version("mara"), revision, major, digests))
        return written[0]

    parts.finish(manifest)
    return written[0]


@contextmanager
def _database(home: Path) -> Iterator[PostgresServer]:
    """The server of the running stack; of a stopped one, started on another port meanwhile."""
    passwords = passwords_of(load_secrets())
    if lifecycle.running_pid() is not None:
        yield PostgresServer(home / "postgres", ports().postgres, passwords)
        return
    with PostgresServer(home / "postgres", free_port(), passwords) as started:
        yield started


def passwords_of(secrets: Secrets) -> dict[str, str]:
    """Return the passwords of the roles of PostgreSQL."""
    return {
        ADMIN: secrets.postgres_password,
        OWNER: secrets.owner_password,
        APP: secrets.app_password,
    }


def _revision(server: PostgresServer) -> str:
    try:
        with psycopg.connect(server.url(ADMIN, NAME)) as link:
            row = link.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error as error:
        raise BackupFailed(f"The database could not be read: {error}") from error
    if row is None:
        raise BackupFailed("The database has no schema yet.")
    return str(row[0])


def _base_backup(server: PostgresServer, target: Path) -> str:
    """Copy the files of the cluster with the log that makes them consistent; return the SHA-256.

    Not pg_dump: rows of `changes`, and the cursors of its readers, hold ids of transactions, which
    a new cluster would count again from the start. A snapshot of RDS keeps them as well.
    """
    command = [
        *(str(BINARIES / "pg_basebackup"), "--host", "127.0.0.1", "--port", str(server.port)),
        *("--username", ADMIN, "--no-password", "--checkpoint=fast"),
        *("--format=tar", "--wal-method=fetch", "--pgdata=-"),
    ]
    environment = {"PATH": os.environ.get("PATH", ""), "PGPASSWORD": server.passwords[ADMIN]}
    digest = hashlib.sha256()
    with target.open("wb") as file, tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment) as run:
            while run.stdout and (block := run.stdout.read(archive.BLOCK)):
                digest.update(block)
                file.write(block)
        if run.returncode != 0:
            said.seek(0)
            raise BackupFailed(f"pg_basebackup: {said.read().decode(errors='replace').strip()}")
    return digest.hexdigest()
