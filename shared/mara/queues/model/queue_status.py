"""The state of a queue, from SQS, from the rows of its work, and from the counts of processes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Depth:
    """What SQS says, approximately."""

    waiting: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class LastError:
    """The last failure of a message of the queue."""

    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What the database says of a queue.

    ``oldest_at`` is the time of the oldest undone row of the work that the queue announces; None
    where there is none, or where no rows say what is undone. ``per_minute`` is the rate of the
    processes that have counted in the last ten minutes.
    """

    oldest_at: datetime | None
    processed: int
    failed: int
    per_minute: float
    last_error: LastError | None
    dead_letters: int


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """A queue; ``depth`` is None where SQS did not answer."""

    name: str
    depth: Depth | None
    figures: QueueFigures
    at: datetime

    @property
    def oldest_s(self) -> int | None:
        """The age of the oldest undone work."""
        if self.figures.oldest_at is None:
            return None
        return max(int((self.at - self.figures.oldest_at).total_seconds()), 0)
