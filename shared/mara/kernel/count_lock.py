"""Locks of one user's work: counting before another object is created, and working alone."""

from typing import Protocol
from uuid import UUID


class CountLock(Protocol):
    """Serializes the creations of one user, so that parallel ones cannot exceed a limit."""

    def __call__(self, owner_id: UUID, kind: str) -> None:
        """Wait until no other transaction holds the lock of this user and kind, and take it.

        ``kind`` is the table whose rows are counted. Call it before counting; the lock ends with
        the transaction.
        """


class WorkLock(Protocol):
    """Lets one worker at a time do a user's work; the others need not wait for it."""

    def __call__(self, owner_id: UUID, kind: str) -> bool:
        """Take the lock of this user and kind if no other transaction holds it; whether it did.

        It ends with the transaction.
        """
