"""The query parameters of a list: the page, its order and filters, and the number of all items."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import Depends, Query

from mara.entrypoints.http import PageOut
from mara.kernel.page import LIMIT_DEFAULT, LIMIT_MAX, NEWEST_FIRST, Page, PageRequest

ItemT = TypeVar("ItemT")
OutT = TypeVar("OutT")

CURSOR_MAX = 4096

SearchText = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="Only items that contain this text, in upper or lower case.",
        examples=["runbook"],
    ),
]

DateSort = Annotated[
    Literal["-created_at", "created_at"],
    Query(description="`-created_at`: the newest first; `created_at`: the oldest first."),
]
"""The order of a list that is sorted by nothing else."""
NEWEST: Final = "-created_at"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The parameters that every list has."""

    limit: int
    cursor: str | None
    total: bool

    def request(self, sort: str = NEWEST_FIRST, **filters: Any) -> PageRequest:
        """Return the request of the page; filters that are None were not given.

        Raises InvalidCursor.
        """
        return PageRequest.of(self.limit, self.cursor, sort=sort, filters=filters, total=self.total)


async def _list_query(
    limit: Annotated[
        int, Query(ge=1, le=LIMIT_MAX, description="The number of items on a page.", examples=[20])
    ] = LIMIT_DEFAULT,
    cursor: Annotated[
        str | None,
        Query(
            max_length=CURSOR_MAX,
            description="The `next_cursor` of the previous page, with the same filters and order.",
            examples=["AZpcPk1ucACAAAAAAAAAAA"],
        ),
    ] = None,
    *,
    total: Annotated[
        bool, Query(description="Count all items, as `total` of the answer.", examples=[True])
    ] = False,
) -> ListQuery:
    return ListQuery(limit, cursor, total)


Listed = Annotated[ListQuery, Depends(_list_query)]
"""The page that the caller asks for, as a parameter of a route."""


def page_out(page: Page[ItemT], show: Callable[[ItemT], OutT]) -> PageOut[OutT]:
    """Build the response of a list."""
    items = [show(item) for item in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor, total=page.total)
