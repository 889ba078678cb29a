"""Keeps our own layer as a folder on this machine, and packages a pointer to it.

The emulator extracts the layers of a function for each process that it starts. With the sources in
the package, each process extracts and compiles some 900 files. Decision 0039.
"""

import os
import shutil
from hashlib import sha256
from pathlib import Path

KEPT = 3
"""Folders that are kept: processes of an earlier deployment may still import from theirs."""
INIT = "__init__.py"


def put(package: Path, folder: Path) -> Path:
    """Copy a Python package below ``folder``, named by its content; return the copy.

    Older copies are removed, except for the newest.
    """
    sources = [
        path
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    found = sha256()
    for path in sources:
        name = path.relative_to(package).as_posix()
        found.update(f"{name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    copy = folder / found.hexdigest()[:32]
    if not copy.exists():
        _copy(package, sources, copy)
    os.utime(copy)
    for old in sorted(_copies(folder), key=_changed, reverse=True)[KEPT:]:
        shutil.rmtree(old)
    return copy / package.name


def pointer(package: Path) -> str:
    """Return the ``__init__`` of a package whose modules are read from ``package``."""
    return f"{(package / INIT).read_text('utf-8')}\n__path__ = [{str(package)!r}]\n"


def _copy(package: Path, sources: list[Path], copy: Path) -> None:
    """Make ``copy`` at once: it is never seen half-written."""
    staging = copy.with_suffix(".new")
    shutil.rmtree(staging, ignore_errors=True)
    for path in sources:
        target = staging / package.name / path.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    staging.rename(copy)


def _copies(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.suffix]


def _changed(path: Path) -> float:
    return path.stat().st_mtime
