"""Repeats something small beside the work of a handler."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mara.platform.telemetry import logger


@contextmanager
def repeating(run: Callable[[], None], every_s: float) -> Iterator[None]:
    """Call ``run`` at once and every so many seconds, beside the block, until the block ends.

    The thread ends with the block, so nothing runs after the handler returns. ``run`` must not use
    the database, whose connection belongs to the block. An error ends the repetition alone.
    """
    done = threading.Event()
    thread = threading.Thread(target=_run_until, args=(done, run, every_s), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _run_until(done: threading.Event, run: Callable[[], None], every_s: float) -> None:
    try:
        run()
        while not done.wait(every_s):
            run()
    except Exception as error:  # noqa: BLE001 - what is repeated is a sign, and no part of the work
        logger.warning("repetition_ended", error=type(error).__name__)
