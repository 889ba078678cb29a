"""Keeps the simulated Telegram over a restart: its world in a file of its own user.

The file is a pickle: a form of the program's own data, which another version of it may not read.
"""

import asyncio
import pickle
from pathlib import Path
from typing import Final

from infra.local.simulators.telegram.changes import Changes
from infra.local.simulators.telegram.world import World

SAVED_EVERY_S: Final = 1.0
"""What happened in the last second before a crash is lost."""


def load(path: Path) -> World:
    """Return the world in the file; an empty one if there is none that this version can read."""
    try:
        world = pickle.loads(path.read_bytes())  # noqa: S301 - written by this user's simulator
    except FileNotFoundError:
        return World()
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError) as error:
        print(f"{path.name} is of another version, and is begun again: {error!r}", flush=True)
        return World()
    if not isinstance(world, World):
        return World()
    for bot in world.bots.values():
        bot.queue.restart(world.now())
    return world


def save(world: World, path: Path) -> None:
    """Write the file atomically, for its owner alone: it holds the bots' tokens."""
    with world.lock:
        content = pickle.dumps(world)
    staging = path.with_suffix(".new")
    staging.touch(mode=0o600)
    staging.write_bytes(content)
    staging.replace(path)


async def keep(world: World, path: Path) -> None:
    """Save the world after each change, until the task is cancelled; then once more."""
    try:
        with Changes(world) as changes:
            while True:
                await changes.wait(None)
                changes.clear()
                save(world, path)
                await asyncio.sleep(SAVED_EVERY_S)
    finally:
        save(world, path)
