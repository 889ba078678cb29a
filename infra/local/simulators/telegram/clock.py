"""The clock of the simulator: the system's, or one that stands still until it is moved."""

import time


class Clock:
    """Seconds since 1970. With ``start`` it stands still; without, it runs as the system's does."""

    def __init__(self, start: float | None = None) -> None:
        """``start`` is the time at which the clock stands until it is moved."""
        self.runs = start is None
        self._start = start or 0.0
        self._moved_s = 0.0

    def now(self) -> float:
        """The time in seconds."""
        return (time.time() if self.runs else self._start) + self._moved_s

    def advance(self, seconds: float) -> None:
        """Move the clock on. Raises ValueError if that is backwards."""
        if seconds < 0:
            raise ValueError("Time does not go back.")
        self._moved_s += seconds
