"""Gives files and folders names in one step, and puts them on the disk before (Linux)."""

import ctypes
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2

_libc = ctypes.CDLL(None, use_errno=True)


def exchange(one: Path, other: Path) -> None:
    """Exchange the names of two folders of one file system, atomically: renameat2(2).

    Raises OSError.
    """
    _rename(one, other, _RENAME_EXCHANGE)


def rename_to_new(source: Path, target: Path) -> None:
    """Rename a file, unless there is a ``target``. Raises FileExistsError, OSError."""
    _rename(source, target, _RENAME_NOREPLACE)


def flush(folder: Path) -> None:
    """Put all of the file system of a folder on its disk: syncfs(2). Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if _libc.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def _rename(source: Path, target: Path, flags: int) -> None:
    names = (_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target))
    if _libc.renameat2(*names, flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(source), None, str(target))
