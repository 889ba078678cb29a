"""Ending processes that may end by themselves at the same moment."""

import os
import signal
from contextlib import suppress


def kill(pid: int) -> None:
    """Send SIGKILL. A process that has just ended by itself is as dead as it should be."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
