"""Dead letters: messages that no consumer could process, and rows of work that were given up."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from mara.kernel.envelope import EncryptedValue, EncryptionContext
from mara.queues.model.concern import Concern

NO_OWNER = UUID(int=0)
"""The owner that a body is encrypted for: it belongs to the platform."""


class LetterState(StrEnum):
    """What an operator decided; ``waiting``: nothing yet."""

    WAITING = "waiting"
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message of the dead-letter queue of ``queue``; ``message_id`` is that of its first death.

    ``reason`` is missing where SQS gave it up. ``redrive_of`` is the id of the message that was
    redriven as this one.
    """

    queue: str
    message_id: str
    body: str = field(repr=False)
    attempts: int
    reason: str | None = None
    redrive_of: str | None = None
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True)
class FailureNote:
    """The failures of a message that the frame of consumers noted, with the last error."""

    error: str
    attempts: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What died. ``first_id`` is the letter whose redrive ended as this one.

    A message has a ``body``. A row of another table has none: the ``doorbell`` of its work is sent
    instead, and ``message_id`` is the row's own id.
    """

    id: UUID
    queue: str
    message_id: str
    reason: str
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime
    concern: Concern
    created_at: datetime
    body: EncryptedValue | None = field(default=None, repr=False)
    doorbell: str | None = None
    redrive_of: str | None = None
    first_id: UUID | None = None
    state: LetterState = LetterState.WAITING
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    correlation_id: str | None = None

    @property
    def origin(self) -> str:
        """The id of the message that died first, over all redrives."""
        return self.redrive_of or self.message_id

    def with_note(self, note: FailureNote) -> Self:
        """The same letter with what the frame noted; a reason of its own stays."""
        reason = note.error if self.reason.startswith(GIVEN_UP) else self.reason
        return replace(
            self,
            reason=reason,
            attempts=max(self.attempts, note.attempts),
            first_failed_at=min(self.first_failed_at, note.first_at),
        )


GIVEN_UP = "given up by SQS"


def given_up(attempts: int) -> str:
    """The reason where no error was noted: the process died at each try."""
    return f"{GIVEN_UP} after {attempts} tries"


def body_context(letter_id: UUID) -> EncryptionContext:
    """What the body of a letter is bound to."""
    return EncryptionContext("dead_letters", "content", letter_id, NO_OWNER)
