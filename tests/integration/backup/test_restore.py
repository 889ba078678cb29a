"""A backup of a real PostgreSQL becomes a stack again, on the newest schema or not at all."""

import os
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest

from infra.local import migrate
from infra.local.backup import take as taking
from infra.local.backup.lock import Busy, locked
from infra.local.backup.manifest import Manifest
from infra.local.backup.note import NotNoted
from infra.local.backup.restore import FORMER, CannotRestore, _outside, check_schema, restore
from infra.local.backup.sealed import CannotOpen
from infra.local.backup.take import BackupFailed, passwords_of, take
from infra.local.postgres import ADMIN, OWNER, PostgresServer
from infra.local.settings import DATABASE, load_secrets
from tests.support.ports import free_port

PASSPHRASE = "a passphrase of the tests"
COST = 10
EARLIER = "owner_indexes"
"""A revision before the newest."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped stack with an earlier schema, and a document."""
    folder = tmp_path_factory.mktemp("earlier") / "home"
    folder.mkdir()
    with PostgresServer(
        folder / "postgres", free_port(), passwords_of(load_secrets(folder)), durable=False
    ) as server:
        server.ensure_database(DATABASE)
        migrate.upgrade(server.url(OWNER, DATABASE), EARLIER)
        with psycopg.connect(server.url(OWNER, DATABASE)) as link:
            link.execute("CREATE TABLE kept AS SELECT pg_current_xact_id()::text AS xid")
    (folder / "s3" / "000000000000" / "mara-local-documents").mkdir(parents=True)
    (folder / "s3" / "000000000000" / "mara-local-documents" / "a").write_text("an object")
    (folder / "chains").mkdir()
    (folder / "chains" / "aptos.json").write_text('{"height": 7}')
    return folder


@pytest.fixture
def backup(home: Path, tmp_path: Path, at: pytest.MonkeyPatch) -> Path:
    at.setenv("MARA_HOME", str(home))
    take(tmp_path / "backup", PASSPHRASE, COST)
    return tmp_path / "backup"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("MARA_PORT_BASE", "MARA_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def started(home: Path) -> PostgresServer:
    return PostgresServer(home / "postgres", free_port(), passwords_of(load_secrets(home)))


def set_revision(home: Path, revision: str) -> None:
    with started(home) as server, psycopg.connect(server.url(ADMIN, DATABASE)) as link:
        link.execute("UPDATE alembic_version SET version_num = %s", [revision])


def test_brings_an_earlier_schema_to_the_newest(
    home: Path, backup: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "other"
    at.setenv("MARA_HOME", str(target))
    done = restore(backup, PASSPHRASE)
    assert (done.manifest.revision, done.revision) == (EARLIER, migrate.newest())
    assert load_secrets(target) == load_secrets(home)
    assert (target / "s3/000000000000/mara-local-documents/a").read_text() == "an object"
    assert (target / "chains" / "aptos.json").read_text() == '{"height": 7}'
    with started(target) as server, psycopg.connect(server.url(ADMIN, DATABASE)) as link:
        known = link.execute("SELECT version_num FROM alembic_version").fetchone()
        assert known == (migrate.newest(),)
        goes_on = "SELECT pg_current_xact_id() > xid::xid8 FROM kept"
        assert link.execute(goes_on).fetchone() == (True,)  # no id of a transaction comes again
        deeds = link.execute("SELECT action, position FROM audit_rows").fetchall()
        assert deeds == [("restored", 1)]


def test_has_every_object_that_was_there_while_the_database_was_read(
    home: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    """One is deleted meanwhile, and one comes."""
    bucket = home / "s3/000000000000/mara-local-documents"
    (bucket / "deleted").write_text("of a row")
    read = taking._base_backup

    def while_read(server: PostgresServer, target: Path) -> str:
        (bucket / "deleted").unlink()
        digest = read(server, target)
        (bucket / "added").write_text("of a row")
        return digest

    at.setattr(taking, "_base_backup", while_read)
    at.setenv("MARA_HOME", str(home))
    manifest = take(tmp_path / "backup", PASSPHRASE, COST)
    (bucket / "added").unlink()
    assert {"deleted", "added"} <= {name.rpartition("/")[2] for name in manifest.parts}


def test_is_not_taken_of_a_copy_that_changed(
    home: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    read = taking._base_backup

    def cut(server: PostgresServer, target: Path) -> str:
        digest = read(server, target)
        target.write_bytes(target.read_bytes()[:-512])
        return digest

    at.setattr(taking, "_base_backup", cut)
    at.setenv("MARA_HOME", str(home))
    with pytest.raises(BackupFailed, match="changed after it was read"):
        take(tmp_path / "backup", PASSPHRASE, COST)
    assert list(tmp_path.iterdir()) == []


def test_is_refused_beside_another(
    home: Path, backup: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    with locked(home):
        with pytest.raises(Busy):
            take(tmp_path / "second", PASSPHRASE, COST)
        with pytest.raises(Busy):
            restore(backup, PASSPHRASE, replace=True)
    assert not [path for path in home.iterdir() if path.name.startswith(taking.STAGING)]


def test_takes_the_world_outside_of_a_stack_alone(
    backup: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    at.setenv("MARA_HOME", str(tmp_path / "other"))
    with pytest.raises(CannotRestore, match=r"no stack in .*mistyped"):
        restore(backup, PASSPHRASE, outside=tmp_path / "mistyped")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "other"]


def test_takes_the_world_outside_of_a_stack_that_lost_its_database(
    tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lost" / "chains").mkdir(parents=True)
    at.chdir(tmp_path)
    assert _outside(Path("lost")) == tmp_path / "lost"


@pytest.mark.parametrize("step", ["exchange", "rename_to_new"])
def test_killed_at_its_end_leaves_both_stacks_by_their_names(
    backup: Path, tmp_path: Path, at: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "other"
    target.mkdir()
    (target / "port").write_text("18000\n")
    at.setenv("MARA_HOME", str(target))

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    at.setattr(f"infra.local.backup.restore.{step}", kill)
    flushed: list[Path] = []
    at.setattr("infra.local.backup.restore.flush", flushed.append)
    with pytest.raises(KeyboardInterrupt):
        restore(backup, PASSPHRASE, replace=True)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["backup", "other", "other.not-in-use"]
    assert flushed == [tmp_path / "other.restoring" / "home"]  # all is on the disk before
    is_former = (target / "postgres").exists()  # what is not in use is the other one
    assert is_former is not (tmp_path / "other.not-in-use" / "postgres").exists()
    with pytest.raises(CannotRestore, match="Move or delete it"):
        restore(backup, PASSPHRASE, replace=True)


def restore_until(step: str, backup: Path) -> int | None:
    """Restore in a process that is killed where it comes to a step; its exit code."""

    def restore_and_die() -> None:
        with pytest.MonkeyPatch.context() as at:
            at.setattr(
                f"infra.local.backup.restore.{step}", lambda *_, **__: os.kill(os.getpid(), SIGKILL)
            )
            restore(backup, PASSPHRASE, replace=True)

    process = get_context("fork").Process(target=restore_and_die)
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize("step", ["check_schema", "_place_database", "note_restore", "flush"])
def test_killed_in_the_middle_changes_nothing_and_a_second_one_goes_through(
    backup: Path, tmp_path: Path, at: pytest.MonkeyPatch, step: str
) -> None:
    """At `note_restore` its PostgreSQL runs in the folder that the second one must delete."""
    target = tmp_path / "other"
    target.mkdir()
    (target / "port").write_text("18000\n")
    at.setenv("MARA_HOME", str(target))
    assert restore_until(step, backup) == -SIGKILL
    assert [path.name for path in target.iterdir()] == ["port"]
    assert target.with_name("other.restoring").exists()
    done = restore(backup, PASSPHRASE, replace=True)
    assert done.revision == migrate.newest()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["backup", "other", "other.before-restore"]
    with started(target) as server, psycopg.connect(server.url(ADMIN, DATABASE)) as link:
        found = link.execute("SELECT count(*) FROM audit_rows WHERE action = 'restored'")
        assert found.fetchone() == (1,)


def test_replaces_a_stack_and_keeps_it_and_the_world_outside(
    backup: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "other"
    (target / "chains").mkdir(parents=True)
    (target / "chains" / "aptos.json").write_text('{"height": 9}')
    (target / "port").write_text("18000\n")
    at.setenv("MARA_HOME", str(target))
    with pytest.raises(CannotRestore, match="--replace"):
        restore(backup, PASSPHRASE)
    done = restore(backup, PASSPHRASE, replace=True)
    former = target.with_name(target.name + FORMER)
    assert done.former == former
    assert sorted(path.name for path in former.iterdir()) == ["chains", "port"]
    assert (target / "chains" / "aptos.json").read_text() == '{"height": 9}'
    assert (target / "port").read_text() == "18000\n"
    with pytest.raises(CannotRestore, match="move or delete it"):
        restore(backup, PASSPHRASE, replace=True)


def test_leaves_the_stack_alone_where_the_passphrase_is_wrong(
    backup: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "other"
    target.mkdir()
    (target / "port").write_text("18000\n")
    at.setenv("MARA_HOME", str(target))
    with pytest.raises(CannotOpen):
        restore(backup, "another passphrase", replace=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "other"]
    assert [path.name for path in target.iterdir()] == ["port"]


def test_leaves_the_stack_alone_where_it_fails_late(
    backup: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "other"
    target.mkdir()
    (target / "port").write_text("18000\n")
    at.setenv("MARA_HOME", str(target))

    def fail(*_: object) -> str:
        raise NotNoted("the disk is full")

    at.setattr("infra.local.backup.restore.note_restore", fail)
    with pytest.raises(NotNoted):
        restore(backup, PASSPHRASE, replace=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "other"]
    assert [path.name for path in target.iterdir()] == ["port"]


def test_refuses_a_stack_that_runs(backup: Path, tmp_path: Path, at: pytest.MonkeyPatch) -> None:
    target = tmp_path / "other"
    at.setenv("MARA_HOME", str(target))
    at.setattr("infra.local.backup.restore.supervisor_of", lambda _folder: 1)
    with pytest.raises(CannotRestore, match="runs: stop it"):
        restore(backup, PASSPHRASE, replace=True)
    assert list(target.iterdir()) == []


def test_refuses_files_of_another_postgres() -> None:
    manifest = Manifest(datetime(2026, 11, 29, tzinfo=UTC), "0.1.0", EARLIER, 17, {})
    with pytest.raises(CannotRestore, match=r"PostgreSQL 17.*mara 0\.1\.0"):
        check_schema(manifest, [EARLIER])


def test_refuses_a_newer_schema_and_names_both(
    home: Path, tmp_path: Path, at: pytest.MonkeyPatch
) -> None:
    at.setenv("MARA_HOME", str(home))
    set_revision(home, "of_tomorrow")
    try:
        take(tmp_path / "backup", PASSPHRASE, COST)
    finally:
        set_revision(home, EARLIER)
    target = tmp_path / "other"
    at.setenv("MARA_HOME", str(target))
    with pytest.raises(CannotRestore, match=f"of_tomorrow.*{migrate.newest()}"):
        restore(tmp_path / "backup", PASSPHRASE)
    assert list(target.iterdir()) == []
