"""Reads one file in several processes, which share the resource limits of one file."""

import marshal
import os
import signal
from collections.abc import Callable
from typing import Any

from mara.extraction import limits
from mara.extraction.errors import Unreadable

Work = Callable[[range], list[Any]]
"""Maps the numbers of parts to their results, of types that ``marshal`` supports."""


def map_in_processes(work: Work, count: int, *, at_least: int) -> list[Any] | None:
    """The results of ``work`` for ``range(count)``; ``None`` if the caller is to do it alone.

    ``None`` where each process would get fewer than ``at_least`` parts, or where one failed, such
    as by its smaller memory limit. Raises Unreadable where they ran out of CPU time.
    """
    number = min(limits.PROCESSES_MAX, os.cpu_count() or 1, count // at_least)
    if number < 2:  # noqa: PLR2004 - one process is no help
        return None
    # Adjacent parts are similar: interleaved, each process takes about as long.
    parts = [range(first, count, number) for first in range(number)]
    started = [_start(work, part, number) for part in parts]
    results = [_finish(process, pipe) for process, pipe in started]
    found: list[Any] = [None] * count
    for part, result in zip(parts, results, strict=True):
        if result is None:
            return None
        found[part.start :: number] = result
    return found


def _start(work: Work, part: range, among: int) -> tuple[int, int]:
    """The process id, and the file descriptor of its results."""
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
    # Hostile output is no new risk: this process reads the same file.
    return marshal.loads(results) if status == 0 else None  # noqa: S302
