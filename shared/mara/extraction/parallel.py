"""Reading one file in several processes at once, within what one file may cost."""

import marshal
import os
import signal
from collections.abc import Callable
from typing import Any

from mara.extraction import limits
from mara.extraction.errors import Unreadable

Work = Callable[[range], list[Any]]
"""Given numbers of parts, what each of them is: of what ``marshal`` knows."""


def map_in_processes(work: Work, count: int, *, at_least: int) -> list[Any] | None:
    """What ``work`` makes of ``range(count)``, or ``None`` if it is to be done without help.

    So it is where fewer than ``at_least`` would fall to each process, or where one of them failed,
    perhaps for want of the memory that it shares with the others. Raises Unreadable where they took
    the time that a file may take.
    """
    number = min(limits.PROCESSES_MAX, os.cpu_count() or 1, count // at_least)
    if number < 2:  # noqa: PLR2004 - one share is none
        return None
    # Neighbours are alike: so dealt out, each share takes about as long.
    parts = [range(first, count, number) for first in range(number)]
    shares = [_start(work, part, number) for part in parts]
    results = [_finish(process, pipe) for process, pipe in shares]
    found: list[Any] = [None] * count
    for part, result in zip(parts, results, strict=True):
        if result is None:
            return None
        found[part.start :: number] = result
    return found


def _start(work: Work, part: range, among: int) -> tuple[int, int]:
    """The process, and where its results are to be read."""
    output, results = os.pipe()
    process = os.fork()
    if not process:
        try:
            limits.confine(signal.getitimer(signal.ITIMER_REAL)[0], among=among)
            with os.fdopen(results, "wb") as pipe:
                pipe.write(marshal.dumps(work(part)))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(results)
    return process, output


def _finish(process: int, output: int) -> list[Any] | None:
    with os.fdopen(output, "rb") as pipe:
        results = pipe.read()
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        raise Unreadable("too_large", "Reading the file takes more time than allowed.")
    # It may be hostile, but then so may this process, which reads the same file.
    return marshal.loads(results) if status == 0 else None  # noqa: S302
