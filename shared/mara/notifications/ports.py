"""The port of the notifications domain."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.notifications.model import ChangeBatch


class Changes(Protocol):
    """The recorded changes of objects; each is written in the transaction of the change itself."""

    def read(self, owner_id: UUID, after: str | None, limit: int, *, now: datetime) -> ChangeBatch:
        """Return at most ``limit`` changes of the owner's objects that ``after`` has not seen.

        None returns all that are kept. A change appears once its transaction is committed, however
        long that took. Raises InvalidCursor, CursorExpired.
        """
