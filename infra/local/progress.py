"""Prints the steps of a command that takes seconds, and what a step waits for."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

SILENT_S = 1.0
"""A wait is shown once it took longer."""

_waits: dict[str, float] = {}
"""What the running step waits for, and since when; infinite once it is shown."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print the name of the step, and its duration in seconds once it is done."""
    sys.stdout.write(f"  {what} … ")
    sys.stdout.flush()
    _waits.clear()
    began = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("failed\n")
        raise
    sys.stdout.write(f"{time.monotonic() - began:.1f} s\n")


def waits_for(what: str) -> None:
    """Say that the running step waits for this, if it does so for a second; called repeatedly."""
    now = time.monotonic()
    if now - _waits.setdefault(what, now) > SILENT_S:
        _waits[what] = float("inf")
        sys.stdout.write(f"\n    waiting for {what} … ")
        sys.stdout.flush()
