"""One page of a list, and the cursor to the next."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from mara.kernel.errors import Invalid

ItemT = TypeVar("ItemT")
OtherT = TypeVar("OtherT")

LIMIT_DEFAULT = 20
LIMIT_MAX = 100


class InvalidCursor(Invalid):
    """The cursor was not made by ``encode_cursor``."""

    title: ClassVar[str] = "The cursor is not one of ours"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """``after`` is the id of the last item already seen; lists run from new to old."""

    limit: int = LIMIT_DEFAULT
    after: UUID | None = None

    @classmethod
    def of(cls, limit: int, cursor: str | None) -> "PageRequest":
        """Raises InvalidCursor."""
        return cls(limit, decode_cursor(cursor) if cursor else None)


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """``next_cursor`` is None on the last page."""

    items: Sequence[ItemT]
    next_cursor: str | None

    @classmethod
    def of(
        cls, found: Sequence[ItemT], request: PageRequest, id_of: Callable[[ItemT], UUID]
    ) -> "Page[ItemT]":
        """Cut ``found``, fetched with one item more than the limit, to a page."""
        items = found[: request.limit]
        more = len(found) > request.limit
        return cls(items, encode_cursor(id_of(items[-1])) if more else None)


def encode_cursor(last: UUID) -> str:
    """Encode the id of the last item as URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """Raises InvalidCursor."""
    try:
        return UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise InvalidCursor("Use the next_cursor of the previous page as it was given.") from None
