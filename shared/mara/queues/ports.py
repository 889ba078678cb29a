"""Ports of the queues domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.queues.model.dead_letter import DeadLetter, FailureNote, LetterState
from mara.queues.model.queue_status import Depth, QueueFigures
from mara.queues.model.schedule import Schedule, ScheduleRun
from mara.queues.model.selection import Selection


class FailureNotes(Protocol):
    """What the frame of consumers noted of messages that failed."""

    def take(self, queue: str, message_id: str) -> FailureNote | None:
        """Return and delete the note of a message."""


class LetterBox(Protocol):
    """Where messages that died are kept."""

    def add(self, letter: DeadLetter) -> bool:
        """Insert a letter, linked to the one that it is a redrive of.

        Returns False where the message of its queue has a letter already.
        """


class DeadLetters(Protocol):
    """What stands dead of a queue's work: its messages, or rows that its consumer gave up."""

    def list(
        self, queue: str, page: PageRequest, *, state: LetterState | None
    ) -> Sequence[DeadLetter]:
        """Return a page and one more, the newest first. Raises InvalidCursor."""

    def count(self, queue: str, *, state: LetterState | None) -> int:
        """Return how many there are."""

    def select(self, queue: str, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return waiting letters of a selection in the order of their ids, up to a limit."""

    def count_selected(self, queue: str, selection: Selection) -> int:
        """Return how many waiting letters a selection has."""

    def newest_id(self, queue: str) -> UUID | None:
        """Return the id of the last letter of a queue."""

    def decide(
        self, ids: Sequence[UUID], state: LetterState, at: datetime, by: UUID | None
    ) -> Sequence[UUID]:
        """Give waiting letters their state; return the ids of those that were waiting still.

        Rows that are redriven wait for their consumer again; those that may not are left out.
        Another transaction that decides the same letters is waited for.
        """


class Resend(Protocol):
    """Stores messages to send again in the outbox of the open transaction."""

    def __call__(self, queue: str, messages: Sequence[tuple[str, str | None, str | None]]) -> None:
        """Store the body, the id of the first death, and the correlation id of each.

        The ids travel as attributes, where there are any.
        """


class Depths(Protocol):
    """What SQS says of queues."""

    def read(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        """Return the depth of each queue that answered in time; never raises."""


class Figures(Protocol):
    """What the database says of queues."""

    def read(self, queues: Sequence[str], now: datetime) -> Mapping[str, QueueFigures]:
        """Return the figures of each queue."""


class Schedules(Protocol):
    """The last runs of schedules, and their leases; both by name."""

    def list_runs(self) -> Mapping[str, ScheduleRun]:
        """Return the last run of each schedule that ever ran."""

    def list_leases(self, now: datetime) -> Mapping[str, datetime]:
        """Return until when each lease that is held is held."""


class Leases(Protocol):
    """Leases of schedules; each call is a transaction of its own."""

    def acquire(self, name: str, holder: UUID, *, now: datetime, until: datetime) -> bool:
        """Take the lease unless another holder has it."""

    def release(self, name: str, holder: UUID, *, now: datetime) -> None:
        """Give the lease back where ``holder`` still has it."""


class StartSchedule(Protocol):
    """Invokes the function of a schedule, and does not wait for its end."""

    def __call__(self, schedule: Schedule, run_id: UUID) -> None:
        """Start a run that takes the lease of ``run_id`` over. Raises ScheduleNotStarted."""
