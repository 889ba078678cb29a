"""Ports of the queues domain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.queues.model.dead_letter import DeadLetter, FailureNote, LetterState
from mara.queues.model.selection import Selection


class FailureNotes(Protocol):
    """What the frame of consumers noted of messages that failed."""

    def take(self, queue: str, message_id: str) -> FailureNote | None:
        """Return and delete the note of a message."""


class DeadLetters(Protocol):
    """The repository of dead letters."""

    def add(self, letter: DeadLetter) -> bool:
        """Insert a letter, linked to the one that it is a redrive of.

        Returns False where the message of its queue has a letter already.
        """

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
        self, ids: Sequence[UUID], state: LetterState, at: datetime, by: UUID
    ) -> Sequence[UUID]:
        """Give waiting letters their state; return the ids of those that were waiting still.

        Another transaction that decides the same letters is waited for.
        """


class Resend(Protocol):
    """Stores messages to send again in the outbox of the open transaction."""

    def __call__(self, queue: str, messages: Sequence[tuple[str, str]]) -> None:
        """Store pairs of the id of the first death, which travels as an attribute, and the body."""
