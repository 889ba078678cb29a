"""Pages of lists for fakes, as ``SortedList`` cuts them in SQL."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from mara.kernel.page import PageRequest

ItemT = TypeVar("ItemT")


def cut(
    items: Iterable[ItemT],
    page: PageRequest,
    *,
    id_of: Callable[[ItemT], UUID] = lambda item: item.id,  # type: ignore[attr-defined]
    **columns: Callable[[ItemT], Any],
) -> list[ItemT]:
    """Return the page and one item more; ``columns`` are those to sort by besides the id."""
    column = columns.get(page.sort_field)

    def place(value: Any, item_id: UUID) -> tuple[Any, ...]:
        return (item_id,) if column is None else (value, item_id)

    def place_of(item: ItemT) -> tuple[Any, ...]:
        return place(column(item) if column else None, id_of(item))

    descending = page.sort.startswith("-")
    found = sorted(items, key=place_of, reverse=descending)
    if page.after is not None:
        last = place(page.after_value, page.after)
        if descending:
            found = [item for item in found if place_of(item) < last]
        else:
            found = [item for item in found if place_of(item) > last]
    return found[: page.limit + 1]
