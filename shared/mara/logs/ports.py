"""What shipping log lines needs."""

from collections.abc import Sequence
from typing import Protocol

from mara.logs.model import LogEntry


class LogStore(Protocol):
    """A store of log lines, such as Loki."""

    def push(self, function: str, entries: Sequence[LogEntry]) -> None:
        """Store lines of a function; those that it has already may be stored again.

        Raises LogStoreUnavailable, LinesRefused.
        """
