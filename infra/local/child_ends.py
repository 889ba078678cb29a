"""Waits for the end of any child process, for a limited time: `os.wait` has no limit."""

import os
import select
import signal


class ChildEnds:
    """The ends of this process's children; to be made in the main thread, once."""

    def __init__(self) -> None:
        """Handle SIGCHLD from now on: each wakes `wait` up."""
        self._woken, waker = os.pipe()
        for end in (self._woken, waker):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)

    def wait(self, timeout_s: float) -> list[tuple[int, int]]:
        """Return the id and the exit code of each child that has ended; none after the timeout.

        The code is negative for a signal.
        """
        if ended := _ended():
            return ended
        select.select([self._woken], [], [], timeout_s)
        try:
            os.read(self._woken, 4096)
        except BlockingIOError:
            return []
        return _ended()


def _ended() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:  # there is no child
            return found
        if pid == 0:
            return found
        found.append((pid, os.waitstatus_to_exitcode(status)))
