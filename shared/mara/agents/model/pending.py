"""A question that a queue answers later: it waits, is worked on, and is answered or fails."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

ANSWER_WITHIN = timedelta(seconds=270)
"""The time for one answer; the function ends after 300 s."""
LEASE = timedelta(seconds=310)
"""Longer than the function runs: an expired lease means a worker that died."""
DEADLINE = timedelta(minutes=6)
"""A question that is not answered this long after it was asked counts as failed."""
RESERVED_FOR = DEADLINE + LEASE
"""How long what it may use stays reserved: longer than the last try may run."""
PENDING_MAX = 20
"""Of one agent: each may take minutes of the language model."""
TIMED_OUT = "timed_out"


class PendingState(StrEnum):
    """The state of a question that has no answer yet."""

    QUEUED = "queued"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PendingAnswer:
    """``id`` is that of the answer to come; ``failure`` is a stable code, set in state FAILED."""

    id: UUID
    owner_id: UUID
    agent_id: UUID
    conversation_id: UUID
    question: str
    created_at: datetime
    state: PendingState = PendingState.QUEUED
    failure: str | None = None
    leased_until: datetime | None = None

    def at(self, moment: datetime) -> "PendingAnswer":
        """Return it as it is at a moment: failed if it is still queued after DEADLINE."""
        if self.state is PendingState.QUEUED and moment > self.gives_up_at:
            return self.failed(TIMED_OUT)
        return self

    @property
    def gives_up_at(self) -> datetime:
        """The end of the time in which the question may be answered."""
        return self.created_at + DEADLINE

    def failed(self, code: str) -> "PendingAnswer":
        """Return it as failed for the reason ``code``."""
        return replace(self, state=PendingState.FAILED, failure=code, leased_until=None)
