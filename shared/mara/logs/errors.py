"""What can fail when lines are pushed."""

from typing import ClassVar

from mara.kernel.errors import Invalid, Unavailable


class LogStoreUnavailable(Unavailable):
    """The store neither took the lines nor refused them; it may ask for a wait, in seconds."""

    title: ClassVar[str] = "The log store is unavailable"

    def __init__(self, detail: str, asked_wait_s: float = 0.0) -> None:
        super().__init__(detail)
        self.asked_wait_s = asked_wait_s


class LinesRefused(Invalid):
    """The store will never take these lines: they are too old, too long, or malformed."""

    title: ClassVar[str] = "The log store refused lines"
