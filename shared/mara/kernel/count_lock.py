"""The lock under which a user's objects are counted before another one is created."""

from typing import Protocol
from uuid import UUID


class CountLock(Protocol):
    """Serializes the creations of one user, so that parallel ones cannot exceed a limit."""

    def __call__(self, owner_id: UUID, kind: str) -> None:
        """Wait until no other transaction holds the lock of this user and kind, and take it.

        ``kind`` is the table whose rows are counted. Call it before counting; the lock ends with
        the transaction.
        """
