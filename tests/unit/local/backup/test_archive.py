"""The file of a backup is whole, private and genuine, or it does not open."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.backup import archive, sealed
from infra.local.backup.archive import FileExists, unpack
from infra.local.backup.manifest import Damaged, Manifest
from infra.local.backup.sealed import CHUNK, HEADER, TAG, CannotOpen, NotABackup

PASSPHRASE = "a passphrase of the tests"
COST = 10
"""scrypt's n is 1024: the tests need no resistance."""
TEXT = os.urandom(3 * CHUNK)  # which does not compress


def manifest_of(parts: dict[str, str]) -> Manifest:
    return Manifest(datetime(2026, 11, 29, tzinfo=UTC), "0.2.0", "newest", 18, parts)


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Path]:
    known = {"database.tar": TEXT, "home/s3/a/é": b"", "home/secrets.json": b"{}"}
    folder = tmp_path / "sources"
    folder.mkdir()
    found = {}
    for number, (name, content) in enumerate(known.items()):
        found[name] = folder / str(number)
        found[name].write_bytes(content)
    return found


@pytest.fixture
def file(tmp_path: Path, sources: dict[str, Path]) -> Path:
    target = tmp_path / "backup"
    with archive.create(target, PASSPHRASE, COST) as parts:
        for name, source in sources.items():
            parts.add(name, source)
        parts.finish(manifest_of)
    return target


class TestUnpack:
    def test_returns_each_part_as_it_was(
        self, tmp_path: Path, file: Path, sources: dict[str, Path]
    ) -> None:
        manifest = unpack(file, PASSPHRASE, tmp_path / "out")
        assert manifest.parts.keys() == sources.keys()
        for name, source in sources.items():
            assert (tmp_path / "out" / name).read_bytes() == source.read_bytes()
            assert (tmp_path / "out" / name).stat().st_mode & 0o077 == 0

    def test_refuses_another_passphrase(self, tmp_path: Path, file: Path) -> None:
        with pytest.raises(CannotOpen, match="passphrase"):
            unpack(file, PASSPHRASE + " ", tmp_path / "out")

    def test_refuses_a_file_that_is_no_backup(self, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.write_bytes(b"PK\x03\x04" + bytes(100))
        with pytest.raises(NotABackup):
            unpack(other, PASSPHRASE, tmp_path / "out")

    @pytest.mark.parametrize("place", [0, len(sealed.MAGIC), HEADER - 1, HEADER, CHUNK * 2, -1])
    def test_refuses_a_file_with_one_other_bit(
        self, tmp_path: Path, file: Path, place: int
    ) -> None:
        content = bytearray(file.read_bytes())
        content[place] ^= 1
        file.write_bytes(content)
        with pytest.raises((CannotOpen, NotABackup)):
            unpack(file, PASSPHRASE, tmp_path / "out")

    @pytest.mark.parametrize(
        "cut",
        [
            lambda content: content[:-1],
            lambda content: content[: HEADER + CHUNK + TAG],
            lambda content: content[:HEADER],
            lambda content: content[:5],
            lambda content: content + b"x",
            lambda content: content[:HEADER] + content[HEADER + CHUNK + TAG :],
        ],
        ids=["one byte", "whole chunks", "all", "header", "appended", "the first chunk"],
    )
    def test_refuses_a_file_that_is_cut_off_or_goes_on(
        self, tmp_path: Path, file: Path, cut: Callable[[bytes], bytes]
    ) -> None:
        file.write_bytes(cut(file.read_bytes()))
        with pytest.raises((CannotOpen, NotABackup)):
            unpack(file, PASSPHRASE, tmp_path / "out")

    def test_names_a_part_that_the_manifest_does_not(
        self, tmp_path: Path, sources: dict[str, Path]
    ) -> None:
        target = tmp_path / "backup"
        with archive.create(target, PASSPHRASE, COST) as parts:
            parts.add("home/secrets.json", sources["home/secrets.json"])
            parts.finish(lambda parts: manifest_of(dict.fromkeys(parts, "0" * 64)))
        with pytest.raises(Damaged, match=r"home/secrets\.json"):
            unpack(target, PASSPHRASE, tmp_path / "out")

    def test_refuses_a_part_outside_its_folder(
        self, tmp_path: Path, sources: dict[str, Path]
    ) -> None:
        target = tmp_path / "backup"
        with archive.create(target, PASSPHRASE, COST) as parts:
            parts.add("../outside", sources["home/secrets.json"])
            parts.finish(manifest_of)
        with pytest.raises(Damaged, match="outside"):
            unpack(target, PASSPHRASE, tmp_path / "out")
        assert not (tmp_path / "outside").exists()

    def test_refuses_an_archive_without_a_manifest(
        self, tmp_path: Path, sources: dict[str, Path]
    ) -> None:
        target = tmp_path / "backup"
        with archive.create(target, PASSPHRASE, COST) as parts:
            parts.add("database.tar", sources["database.tar"])
        with pytest.raises(Damaged, match="not whole"):
            unpack(target, PASSPHRASE, tmp_path / "out")

    def test_refuses_another_format(self, tmp_path: Path) -> None:
        content = manifest_of({}).dump().replace(b'"format": 1', b'"format": 2')
        with pytest.raises(NotABackup, match="format 2"):
            Manifest.load(content)


class TestCreate:
    def test_writes_a_file_that_its_owner_alone_can_read(self, file: Path) -> None:
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_nlink == 1

    def test_hides_the_content(self, file: Path) -> None:
        assert b"secrets.json" not in file.read_bytes()

    def test_never_replaces_a_file(self, file: Path) -> None:
        before = file.read_bytes()
        with pytest.raises(FileExists), archive.create(file, PASSPHRASE, COST):
            pass
        assert file.read_bytes() == before

    def test_never_replaces_a_file_that_appears_meanwhile(self, tmp_path: Path) -> None:
        target = tmp_path / "backup"
        with pytest.raises(FileExists), archive.create(target, PASSPHRASE, COST) as parts:
            target.write_text("another")
            parts.finish(manifest_of)
        assert target.read_text() == "another"

    @pytest.mark.parametrize("appears", [False, True])
    def test_needs_no_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, appears: bool
    ) -> None:
        """FAT and exFAT have none, nor have some networks."""

        def refuse(*_: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        target = tmp_path / "backup"
        with (
            pytest.raises(FileExists) if appears else nullcontext(),
            archive.create(target, PASSPHRASE, COST) as parts,
        ):
            parts.finish(manifest_of)
            if appears:
                target.write_text("another")
        assert [path.name for path in tmp_path.iterdir()] == ["backup"]
        assert (target.read_bytes() == b"another") is appears

    def test_refuses_a_file_that_another_backup_writes(self, tmp_path: Path) -> None:
        target = tmp_path / "backup"
        with archive.create(target, PASSPHRASE, COST) as parts:
            with (
                pytest.raises(FileExists, match="another backup"),
                archive.create(target, PASSPHRASE, COST),
            ):
                pass
            parts.finish(manifest_of)
        unpack(target, PASSPHRASE, tmp_path / "out")

    def test_leaves_no_file_after_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(OSError), archive.create(tmp_path / "backup", PASSPHRASE, COST) as parts:  # noqa: PT011
            parts.add("database.tar", tmp_path / "missing")
        assert list(tmp_path.iterdir()) == []

    def test_leaves_no_file_of_that_name_after_kill_9(self, tmp_path: Path) -> None:
        target = tmp_path / "backup"
        source = tmp_path / "source"
        source.write_bytes(TEXT)
        program = (
            "import os, signal\nfrom pathlib import Path\nfrom infra.local.backup import archive\n"
            f"with archive.create(Path({str(target)!r}), 'x', {COST}) as parts:\n"
            f"    parts.add('database.tar', Path({str(source)!r}))\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        killed = subprocess.run([sys.executable, "-c", program], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert not target.exists()
        with archive.create(target, PASSPHRASE, COST) as parts:
            parts.finish(manifest_of)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "source"]
