"""Lists that are filtered, sorted by one of several columns, paged by keyset, and counted.

The statements are composed once, when a repository's module is imported, and compiled at first use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    or_,
    tuple_,
)

from mara.kernel.page import NEWEST_FIRST, InvalidCursor, PageRequest
from mara.platform.sql import Row, fetch_all, fetch_value

INTEGER_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SortedList:
    """The statements of a list, by the name of its order, and the one that counts its items."""

    pages: Mapping[str, Select[Any]]
    count: Select[Any]
    columns: Mapping[str, ColumnElement[Any]]
    key_of: Callable[[UUID], Any]

    @classmethod
    def of(
        cls,
        statement: Select[Any],
        key: ColumnElement[Any],
        columns: Mapping[str, ColumnElement[Any]],
        *,
        key_of: Callable[[UUID], Any] = lambda cursor_id: cursor_id,
    ) -> "SortedList":
        """Compose the statements: by ``key``, and by each of ``columns``, which are not null.

        ``key_of`` returns the value of ``key`` for the id of a cursor, where they differ.
        """
        limited = statement.limit(bindparam("limit"))
        pages = {NEWEST_FIRST: _after(limited, (key,), descending=True)}
        pages[NEWEST_FIRST.removeprefix("-")] = _after(limited, (key,), descending=False)
        for name, column in columns.items():
            pages[name] = _after(limited, (column, key), descending=False)
            pages[f"-{name}"] = _after(limited, (column, key), descending=True)
        counted = statement.with_only_columns(func.count().label("total"))
        return cls(pages, counted, columns, key_of)

    def fetch(self, page: PageRequest, **parameters: Any) -> list[Row]:
        """Return the rows of a page, and one more if there are more. Raises InvalidCursor."""
        after = None if page.after is None else self.key_of(page.after)
        place = {"after": after, "after_value": self._value(page), "limit": page.limit + 1}
        return fetch_all(self.pages[page.sort], **parameters, **place)

    def total(self, **parameters: Any) -> int:
        """Return the number of all items."""
        return int(fetch_value(self.count, **parameters))

    def _value(self, page: PageRequest) -> Any:
        """Return the value of the cursor as its column has it: a client may have forged it."""
        column = self.columns.get(page.sort_field)
        if page.after is None or column is None:
            return None
        value = page.after_value
        try:
            if isinstance(column.type, DateTime):
                return datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise _forged() from None
        if isinstance(column.type, BigInteger | Integer):
            if isinstance(value, int) and abs(value) <= INTEGER_MAX:
                return value
        elif isinstance(value, str) and "\0" not in value:
            return value
        raise _forged()


def number_of_cursor(cursor_id: UUID) -> int:
    """The number that a cursor has in place of an id; a client may have forged it."""
    return min(cursor_id.int, INTEGER_MAX)


def contains_if_given(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that ``column`` contains a text, in any case; true if it is NULL.

    The parameter is what ``containing`` returns.
    """
    given = bindparam(parameter, type_=Text)
    return or_(given.is_(None), column.ilike(given))


def containing(text: str | None) -> str | None:
    """Return the LIKE pattern that matches ``text`` anywhere, its special characters as such."""
    if text is None:
        return None
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _after(
    statement: Select[Any], order: tuple[ColumnElement[Any], ...], *, descending: bool
) -> Select[Any]:
    key = order[-1]
    after = bindparam("after", type_=key.type)
    last = [bindparam("after_value", type_=column.type) for column in order[:-1]] + [after]
    here, there = (tuple_(*order), tuple_(*last)) if len(order) > 1 else (key, after)
    beyond = here < there if descending else here > there
    return statement.where(or_(after.is_(None), beyond)).order_by(
        *(column.desc() if descending else column.asc() for column in order)
    )


def _forged() -> InvalidCursor:
    return InvalidCursor("Use the next_cursor of the previous page as it was given.")
