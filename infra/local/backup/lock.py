"""One backup or restore of a stack at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(RuntimeError):
    """Another backup or restore of this stack runs."""


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Lock the folder of a stack for this process, which loses it when it ends. Raises Busy.

    The folder itself, because a restore needs an empty one: a file of the lock would fill it.
    """
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_free = False
        else:  # unless a restore exchanged the folder after it was opened
            is_free = os.path.samestat(os.fstat(descriptor), home.stat())
        if not is_free:
            raise Busy(f"Another backup or restore of the stack in {home} runs: wait for its end.")
        yield
    finally:
        os.close(descriptor)
