"""The file of a backup: a compressed tar inside an encrypted stream, the manifest last.

It is written beside its place under another name, and gets its own when it is whole and on the
disk. An existing file is never replaced.
"""

import fcntl
import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, Protocol

from infra.local.backup.manifest import NAME, Damaged, Manifest
from infra.local.backup.sealed import COST, CannotOpen, SealedReader, SealedWriter
from infra.local.backup.swap import rename_to_new

BLOCK: Final = 1024 * 1024
LEVEL: Final = 6


class FileExists(RuntimeError):
    """There is a file of this name already."""


class ArchiveWriter(Protocol):
    """Adds parts to the file."""

    def add(self, name: str, source: Path) -> str:
        """Add the content of ``source`` as the part ``name``; return its SHA-256."""

    def finish(self, manifest: Callable[[dict[str, str]], Manifest]) -> None:
        """Add the manifest, made of the SHA-256 of each part."""


class _Parts:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._digests: dict[str, str] = {}

    def add(self, name: str, source: Path) -> str:
        with source.open("rb") as file:
            member = tarfile.TarInfo(name)
            member.size, member.mode = os.fstat(file.fileno()).st_size, 0o600
            hashed = _Hashed(file)
            self._tar.addfile(member, hashed)
        self._digests[name] = hashed.digest.hexdigest()
        return self._digests[name]

    def finish(self, manifest: Callable[[dict[str, str]], Manifest]) -> None:
        content = manifest(self._digests).dump()
        member = tarfile.TarInfo(NAME)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


class _Hashed:
    """A file whose content is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def create(target: Path, passphrase: str, cost: int = COST) -> Iterator[ArchiveWriter]:
    """Write a new archive, which appears at ``target`` where the block ends without an error.

    Raises FileExists. A process that is killed leaves ``.<name>.partial``, which the next replaces.
    """
    if target.exists():
        raise FileExists(f"{target} exists; a backup never replaces a file.")
    partial = target.with_name(f".{target.name}.partial")
    with os.fdopen(_open_alone(partial), "wb") as file:
        try:
            sealed = SealedWriter(file, passphrase, cost)
            with (
                gzip.GzipFile("", "wb", LEVEL, sealed, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                yield _Parts(tar)
            sealed.finish()
            file.flush()
            os.fsync(file.fileno())
            _publish(partial, target)
        finally:
            partial.unlink(missing_ok=True)


def _open_alone(partial: Path) -> int:
    """Open the file to be written. Raises FileExists where another backup writes it."""
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    is_free = True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_free = os.path.samestat(os.fstat(descriptor), partial.stat())
    except (BlockingIOError, FileNotFoundError):  # or it got its name meanwhile
        is_free = False
    except OSError:  # a network that knows no locks
        pass
    if not is_free:
        os.close(descriptor)
        raise FileExists(f"{partial} is being written by another backup.")
    os.ftruncate(descriptor, 0)
    return descriptor


def _publish(partial: Path, target: Path) -> None:
    try:
        try:
            os.link(partial, target)  # a plain rename would replace a file that appeared meanwhile
        except FileExistsError:
            raise
        except OSError:  # FAT, exFAT and some networks know no links
            rename_to_new(partial, target)
    except FileExistsError:
        raise FileExists(f"{target} exists; a backup never replaces a file.") from None
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def unpack(source: Path, passphrase: str, into: Path) -> Manifest:
    """Write all parts below ``into``, which is new, and compare each with the manifest.

    Raises NotABackup, CannotOpen, Damaged.
    """
    found: dict[str, str] = {}
    content = b""
    with source.open("rb") as file:
        opened = io.BufferedReader(SealedReader(file, passphrase), BLOCK)
        try:
            with (
                gzip.GzipFile(fileobj=opened) as packed,
                tarfile.open(fileobj=packed, mode="r|") as tar,
            ):
                for member in tar:
                    part = tar.extractfile(member)
                    if content or part is None:
                        raise Damaged(f"The backup has an unexpected part: {member.name}")
                    if member.name == NAME:
                        content = part.read()
                    else:
                        found[member.name] = _write(part, _place(into, member.name))
                while packed.read(BLOCK):  # to the last chunk, which proves that none is missing
                    pass
        except (tarfile.TarError, EOFError, OSError) as error:
            raise CannotOpen(f"The file was changed, or its end is missing: {error}") from error
    if not content:
        raise Damaged("The backup has no manifest: it is not whole.")
    manifest = Manifest.load(content)
    manifest.check(found)
    return manifest


def _place(into: Path, name: str) -> Path:
    """Return where a part belongs: below ``into`` alone. Raises Damaged."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise Damaged(f"The backup has a part outside its folder: {name}")
    place = into / path
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _write(part: IO[bytes], place: Path) -> str:
    digest = hashlib.sha256()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := part.read(BLOCK):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()
