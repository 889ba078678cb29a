"""Splits a sequence by what one request may carry."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

ItemT = TypeVar("ItemT")


def batches(
    items: Sequence[ItemT],
    size_of: Callable[[ItemT], int],
    *,
    bytes_max: int,
    count_max: int | None = None,
) -> Iterator[list[ItemT]]:
    """Yield the items in their order; an item of more bytes than ``bytes_max`` is alone."""
    batch, size = list[ItemT](), 0
    for item in items:
        bytes_ = size_of(item)
        if batch and (len(batch) == count_max or size + bytes_ > bytes_max):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += bytes_
    if batch:
        yield batch
