"""Which dead letters a request means: some by their ids, or all, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from mara.kernel.page import InvalidCursor

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Letters with ``after < id <= until``, of ``ids`` alone where they are given.

    ``until`` is fixed by the first request: letters that die meanwhile are not among them, so that
    a redrive into a consumer that fails still comes to an end.
    """

    ids: Sequence[UUID] | None = None
    after: UUID = FIRST
    until: UUID = LAST

    @property
    def cursor(self) -> str:
        """The text with which the next request goes on."""
        return f"{self.after.hex}{self.until.hex}"

    @classmethod
    def of_cursor(cls, cursor: str) -> Self:
        """Read a cursor. Raises InvalidCursor."""
        try:
            return cls(None, UUID(cursor[:32]), UUID(cursor[32:]))
        except ValueError:
            raise InvalidCursor(
                "Use the next_cursor of the answer before as it was given."
            ) from None


@dataclass(frozen=True, slots=True)
class DecidedPart:
    """How many letters a request decided on, how many of its selection are left, and the cursor.

    ``unreadable`` ones cannot be decrypted, or may not be sent; they stay as they are.
    """

    count: int
    remaining: int
    unreadable: int
    next_cursor: str | None = None
