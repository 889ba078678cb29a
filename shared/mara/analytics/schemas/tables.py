"""Reports as rows of CSV: a nested object is a column for each of its fields."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

Table = tuple[Sequence[str], list[list[str]]]
"""The header, and the rows."""


def table_of(items: Sequence[BaseModel]) -> Table:
    """The items as rows; all have the same fields."""
    rows = [dict(_flat(item.model_dump(mode="json"))) for item in items]
    header = list(rows[0]) if rows else []
    return header, [list(row.values()) for row in rows]


def _flat(fields: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, "" if value is None else str(value)
