"""One page of a list, which may be filtered, sorted and counted, and the cursor to the next."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from mara.kernel.errors import Invalid

ItemT = TypeVar("ItemT")
OtherT = TypeVar("OtherT")

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
NEWEST_FIRST = "-created_at"
"""The order of every list that is not sorted otherwise: by id, which is a UUIDv7."""

ID_BYTES = 16
BINDING_BYTES = 8


class InvalidCursor(Invalid):
    """The cursor was not returned by the API, or belongs to another filter or order."""

    title: ClassVar[str] = "The cursor is not one of ours"
    fields = ("cursor", "after")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """``after`` is the id of the last item already seen; lists run from new to old.

    ``sort`` names the field of the order, with ``-`` before it for the descending one, and
    ``after_value`` is that field of the last item. ``filters`` are those that the caller gave, by
    name; a cursor is valid with the same filters and order only. ``total`` asks for the number of
    all items.
    """

    limit: int = LIMIT_DEFAULT
    after: UUID | None = None
    sort: str = NEWEST_FIRST
    filters: Mapping[str, Any] = field(default_factory=dict)
    after_value: Any = None
    total: bool = False

    @classmethod
    def of(
        cls,
        limit: int,
        cursor: str | None,
        *,
        sort: str = NEWEST_FIRST,
        filters: Mapping[str, Any] | None = None,
        total: bool = False,
    ) -> "PageRequest":
        """Return the request of the page after ``cursor``. Raises InvalidCursor."""
        given = {name: value for name, value in (filters or {}).items() if value is not None}
        if not cursor:
            return cls(limit, None, sort, given, total=total)
        after, value = _decode(cursor, _binding(sort, given))
        return cls(limit, after, sort, given, value, total)

    @property
    def sort_field(self) -> str:
        """The name of the field of the order."""
        return self.sort.removeprefix("-")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """``next_cursor`` is None on the last page; ``total`` is None unless it was asked for."""

    items: Sequence[ItemT]
    next_cursor: str | None
    total: int | None = None

    @classmethod
    def of(
        cls,
        found: Sequence[ItemT],
        request: PageRequest,
        id_of: Callable[[ItemT], UUID],
        *,
        value_of: Callable[[ItemT, str], Any] = getattr,
        total: int | None = None,
    ) -> "Page[ItemT]":
        """Cut ``found``, fetched with one item more than the limit, to a page.

        ``value_of`` returns a field of an item by the name that ``PageRequest.sort`` has.
        """
        items = found[: request.limit]
        if len(found) <= request.limit:
            return cls(items, None, total)
        value = None if request.sort == NEWEST_FIRST else value_of(items[-1], request.sort_field)
        binding = _binding(request.sort, request.filters)
        return cls(items, _encode(binding, id_of(items[-1]), value), total)


def encode_cursor(last: UUID) -> str:
    """Encode the id of the last item as URL-safe base64 without padding."""
    return _encode(b"", last, None)


def decode_cursor(cursor: str) -> UUID:
    """Return the id of a cursor without filter and order. Raises InvalidCursor."""
    return _decode(cursor, b"")[0]


def _binding(sort: str, filters: Mapping[str, Any]) -> bytes:
    """Return what binds a cursor to its filters and order; nothing where there are none."""
    if sort == NEWEST_FIRST and not filters:
        return b""
    described = json.dumps([sort, dict(filters)], sort_keys=True, default=str)
    return hashlib.sha256(described.encode()).digest()[:BINDING_BYTES]


def _encode(binding: bytes, last: UUID, value: Any) -> str:
    # Moments become RFC 3339; the repository converts them back.
    suffix = json.dumps(value, ensure_ascii=False, default=str).encode() if binding else b""
    return base64.urlsafe_b64encode(binding + last.bytes + suffix).decode().rstrip("=")


def _decode(cursor: str, binding: bytes) -> tuple[UUID, Any]:
    """Return the id and the value of the field of the order. Raises InvalidCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        rest = raw.removeprefix(binding)
        if len(rest) + len(binding) != len(raw):
            raise InvalidCursor("It belongs to another filter or order: begin without a cursor.")
        if not binding:
            return UUID(bytes=raw), None
        return UUID(bytes=rest[:ID_BYTES]), json.loads(rest[ID_BYTES:])
    except (binascii.Error, ValueError, RecursionError):
        raise InvalidCursor("Use the next_cursor of the previous page as it was given.") from None
