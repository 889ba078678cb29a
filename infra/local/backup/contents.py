"""What of a stack's folder is in a backup, and in which order it is read.

The database comes first, all else after it: an object without a row, or a message that was handled,
is harmless; a row without its object is not. What is deleted while the database is read must be
there too: objects and messages are also collected before it.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

PRIVATE: Final = ("secrets.json", "token-secrets.json", "platform-bot-token")
"""Keys and passwords: without the first, no seed opens."""
OBJECTS: Final = "s3"
QUEUES: Final = "queues.json"
TELEGRAM: Final = "telegram.state"
CHAINS: Final = "chains"
REBUILT: Final = "-artifacts"
"""The end of the name of the bucket that a deployment fills again."""
POLL_S: Final = 0.1
FRESH_TIMEOUT_S: Final = 3.0
"""anvil writes its state each second."""

Messages = dict[str, list[dict[str, Any]]]


def link_objects(home: Path, staging: Path) -> None:
    """Link every object that ``staging`` does not have; an object's file is replaced, not written.

    A call after the database was read adds what came meanwhile, and keeps what was deleted.
    """
    for source in _files(home / OBJECTS):
        target = staging / source.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError, FileNotFoundError):
            os.link(source, target)


def read_messages(home: Path) -> Messages:
    """Return the messages of all queues."""
    try:
        found: Messages = json.loads((home / QUEUES).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def merged(before: Messages, after: Messages) -> Messages:
    """Return each message once; a message that is delivered a second time has no second effect."""
    return {
        queue: list(
            {one["id"]: one for one in (*before.get(queue, ()), *after.get(queue, ()))}.values()
        )
        for queue in before.keys() | after.keys()
    }


def copy_outside(home: Path, target: Path, newer_than: float = 0.0) -> None:
    """Copy what stands for the world outside: the chains and the simulated Telegram.

    ``newer_than`` is the time of the database: a chain must not be older than it.
    """
    (target / CHAINS).mkdir(parents=True, exist_ok=True)
    for source in sorted((home / CHAINS).glob("*.json")):
        _copy_state(source, target / CHAINS / source.name, newer_than)
    if (home / TELEGRAM).exists():
        shutil.copyfile(home / TELEGRAM, target / TELEGRAM)


def _copy_state(source: Path, target: Path, newer_than: float) -> None:
    """Copy a file that its program may be writing."""
    give_up_at = time.monotonic() + FRESH_TIMEOUT_S
    while True:
        is_late = time.monotonic() > give_up_at
        content = source.read_bytes()
        with suppress(ValueError):
            json.loads(content)
            if is_late or source.stat().st_mtime >= newer_than:
                target.write_bytes(content)
                return
        if is_late:
            raise RuntimeError(f"{source} is being written without an end.")
        time.sleep(POLL_S)


def _files(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.endswith(REBUILT)]
        for name in names:
            if not name.endswith(".tmp"):  # an object that is being written
                yield Path(path) / name
