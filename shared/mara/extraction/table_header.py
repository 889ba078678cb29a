"""Finds the header of a table in its top rows: names of columns, in one row or several, or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, dropwhile
from operator import itemgetter

from mara.extraction.cell_kinds import (
    Kind,
    is_field,
    is_series,
    is_usual_name,
    is_value,
    is_year,
    kind_of,
    shape_of,
)

HEADER_ROWS_MAX = 3
COLUMNS_MAX = 1000
"""The header is found by so many columns."""
FORM_COLUMNS = 2
"""A form has a column of names and a column of values."""
SHARE_OF_FIELDS = 0.4
"""So many rows of a form begin with a usual name of a field; of a table, few do."""
SHARE_OF_COLUMN = 0.6
"""So many cells of a column have the kind that is the column's."""

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is laid out."""

    names: Cells = ()
    """Of the columns; empty where a column, or the table, has none."""
    begin: int = 0
    """Index of the first row of the header."""
    end: int = 0
    """Index after the last row of the header: the first row of the data."""
    is_form: bool = False
    """Whether each row is a name and its value."""
    header: Cells = ()
    """The last row of the header as it is, by which it is recognised where it is repeated."""


def layout_of(rows: Sequence[Cells]) -> Layout:
    """The layout of a table from its first rows, of which titles may be the first."""
    if any(len(row) > COLUMNS_MAX for row in rows):
        # A row of a million cells, which is an attack, takes no more time than a usual one.
        found = layout_of([row[:COLUMNS_MAX] for row in rows])
        names = rows[found.begin] if found.names else ()
        return Layout(names, found.begin, found.begin + bool(names), found.is_form, names)
    at = _first_wide(rows)
    if at is None:
        return Layout()
    body = [row for row in rows[at + 1 :] if any(row)]
    if not body or len(_filled(rows[at])) < FORM_COLUMNS:
        return Layout(begin=at, end=at)
    if max(map(_width, [rows[at], *body])) == FORM_COLUMNS and _is_form(rows[at], body):
        return Layout(begin=at, end=at, is_form=True)
    if evidence(rows[at], body) < 0:
        return Layout(begin=at, end=at)
    return _with_more_rows(rows, at)


def begins_table(found: Layout, rows: Sequence[Cells], before: Layout) -> bool:
    """Whether ``rows``, which are laid out as ``found``, are no more of the table ``before``."""
    if not (before.names or before.is_form):
        return True
    if found.is_form:
        is_marked = any(_filled(row)[0].endswith(":") for row in rows)
        return bool(before.names) and (is_marked or len(_columns(before.names)) != FORM_COLUMNS)
    if not found.names or found.header == before.header:
        return False
    first, *body = (row[:COLUMNS_MAX] for row in (rows[found.begin], *rows[found.end :]))
    is_like = len(_columns(first)) == FORM_COLUMNS and before.is_form
    is_like = is_like or _columns(first) == _columns(before.header[:COLUMNS_MAX])
    return evidence(first, body) >= (1 if is_like and not found.begin else 0)


def _columns(row: Cells) -> list[int]:
    return [at for at, cell in enumerate(row) if cell]


def _first_wide(rows: Sequence[Cells]) -> int | None:
    """The first row that is about as wide as the table; those above it are titles."""
    widths = [len(_filled(row)) for row in rows if any(row)]
    if not widths or max(widths) == 1:
        return None
    usual = sorted(width for width in widths if width > 1)
    least = max(FORM_COLUMNS, usual[len(usual) // 2] / 2)
    at = next(at for at, row in enumerate(rows) if len(_filled(row)) >= least)
    while (below := _remark(rows[at:])) > 0:
        at += below
    return at


def _remark(rows: Sequence[Cells]) -> int:
    """How many rows at the top tell something about the table below them, such as its date."""
    first, *others = [len(_filled(row)) for row in rows]
    below = next((at for at, width in enumerate(others, 1) if width >= FORM_COLUMNS), 0)
    if not below or first != FORM_COLUMNS or below + 1 == len(rows):
        return 0
    header, body = rows[below], rows[below + 1 :]
    if below > 1:  # a title is between
        return below if evidence(header, body) >= 1 else 0
    if others[0] == FORM_COLUMNS or _under_groups(list(rows[0]), header) is not None:
        return 0
    return below if evidence(header, body) > evidence(rows[0], rows[1:]) else 0


def evidence(first: Cells, body: Sequence[Cells]) -> float:
    """How much speaks for ``first`` being the header of ``body``: negative for a row of data."""
    found = 0.0
    numbers = [cell for cell in first if kind_of(cell) is Kind.NUMBER]
    # The name of a group of columns stands over each of them.
    counted = kind_of(first[0]) is not Kind.NUMBER and is_series(list(dict.fromkeys(numbers)))
    dated = kind_of(first[0]) is not Kind.NUMBER and _are_dates(numbers)
    if not first[0] and all(row and row[0] for row in body):
        found += 1  # nothing in the corner, and names at both sides
    for column, cell in enumerate(first):
        below = [row[column] for row in body if column < len(row) and row[column]]
        # A name over two rows of the header is in both.
        below = list(dropwhile(cell.__eq__, below)) or below[:1]
        if not cell or not below:
            continue
        kind, usual = kind_of(cell), _usual_kind(below)
        if (counted or dated) and kind is Kind.NUMBER:
            is_alike = all(map(is_year, below)) or (dated and shape_of(cell) == shape_of(below[0]))
            found += -1 if is_alike else 1
            continue
        if kind is Kind.TEXT:
            found += usual is not Kind.TEXT
        elif kind is not Kind.MIXED or shape_of(cell) in map(shape_of, below):
            found -= 1
        found += is_usual_name(cell) - 0.5 * is_value(cell) - 2 * (cell in below)
    return found


def _are_dates(cells: Cells) -> bool:
    """Whether the cells are different dates, or other numbers with marks of one shape."""
    shapes = {shape_of(cell) for cell in cells}
    return len(shapes) == 1 and shapes != {"9"} and len(set(cells)) == len(cells) > 1


def _is_form(first: Cells, body: Sequence[Cells]) -> bool:
    rows = [_filled(row) for row in [first, *body]]
    keys = [row[0] for row in rows if len(row) == FORM_COLUMNS]
    values = [row[1] for row in rows if len(row) == FORM_COLUMNS]
    if len(set(keys)) < len(keys) or any(kind_of(key) is not Kind.TEXT for key in keys):
        return False
    if all(key.endswith(":") for key in keys):
        return True
    named = sum(map(is_field, keys[1:])) / len(keys)
    if is_usual_name(values[0]) and (" " not in values[0] or named < SHARE_OF_FIELDS):
        return False
    kinds = Counter(map(kind_of, values))
    is_mixed = kinds.most_common(1)[0][1] < SHARE_OF_COLUMN * len(values)
    if is_mixed or kind_of(values[0]) is not Kind.TEXT or is_value(values[0]):
        return True
    is_table = _usual_kind(values[1:]) is not Kind.TEXT and len(set(kinds) - {Kind.TEXT}) == 1
    return named >= SHARE_OF_FIELDS and not is_table


def _with_more_rows(rows: Sequence[Cells], at: int) -> Layout:
    """The layout whose header begins at ``at``; groups of columns have names in a second row."""
    names, end = list(rows[at]), at + 1
    while end < min(at + HEADER_ROWS_MAX, len(rows) - 1):
        joined = _under_groups(names, rows[end])
        if joined is None:
            break
        names, end = joined, end + 1
    return Layout(names, at, end, header=list(rows[end - 1]))


def _under_groups(above: list[str], below: Cells) -> list[str] | None:
    """The names of two rows joined; ``None`` if ``below`` does not name columns of groups."""
    width = max(len(above), len(below))
    above = [*above, *[""] * (width - len(above))]
    below = [*below, *[""] * (width - len(below))]
    groups = list(above)
    for column in range(1, width):
        if not groups[column] and below[column]:
            groups[column] = groups[column - 1]
    names, grouped = [], 0
    for column, (group, name) in enumerate(zip(groups, below, strict=True)):
        around = groups[max(column - 1, 0) : column] + groups[column + 1 : column + 2]
        if name and name != group and group:
            if group not in around:
                return None
            grouped += 1
        names.append(f"{group} / {name}" if name and group not in {"", name} else group or name)
    own = [name for name, group in zip(below, groups, strict=True) if name and name != group]
    if grouped < FORM_COLUMNS or not all(map(_may_name, own)):
        return None
    return names


def _may_name(cell: str) -> bool:
    return (kind_of(cell) in {Kind.TEXT, Kind.MIXED} and not is_value(cell)) or is_year(cell)


_NONE = (Kind.TEXT, 0)


def _usual_kind(cells: Cells) -> Kind:
    kind, count = max(Counter(map(kind_of, cells)).items(), key=itemgetter(1), default=_NONE)
    return kind if count >= SHARE_OF_COLUMN * len(cells) else Kind.TEXT


def _filled(row: Cells) -> list[str]:
    return [cell for cell in row if cell]


def _width(row: Cells) -> int:
    return max(chain((at for at, cell in enumerate(row, 1) if cell), (0,)))
