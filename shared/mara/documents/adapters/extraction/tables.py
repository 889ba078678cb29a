"""Tables: every row with the headers of its columns, and its number."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from mara.documents.adapters.extraction import limits
from mara.documents.model import Block, Place

HEADER_CANDIDATES = 10
"""Rows at the top among which the header is looked for: titles may stand above it."""

KEY_LENGTH_MAX = 80
"""A first cell up to this long names its row."""


def read_csv(text: str) -> Iterator[Block]:
    csv.field_size_limit(limits.TEXT_CHARACTERS_MAX)
    try:
        dialect = csv.Sniffer().sniff(text[:65536], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = csv.reader(io.StringIO(text), dialect)
    return read_rows(([cell.strip() for cell in row] for row in rows), sheet=None, first_row=1)


def read_rows(
    rows: Iterable[Sequence[str]], *, sheet: str | None, first_row: int
) -> Iterator[Block]:
    """One block a row: ``Header: cell`` lines, the header being the first full row of words."""
    numbered = enumerate(rows, first_row)
    top = []
    for number, row in numbered:
        top.append((number, row))
        if len(top) == HEADER_CANDIDATES:
            break
    at = _header_index([row for _, row in top])
    header = list(top[at][1]) if at is not None else []
    before = top[: at or 0]
    rest = top[at + 1 :] if at is not None else top
    for number, row in before:
        yield from _row([], number, row, sheet)
    if at is not None and not any(any(row) for _, row in rest):
        yield from _row([], top[at][0], header, sheet)  # a table of one row has no header
    for number, row in rest:
        yield from _row(header, number, row, sheet)
    for number, row in numbered:
        yield from _row(header, number, row, sheet)


def _row(
    header: Sequence[str], number: int, row: Sequence[str], sheet: str | None
) -> Iterator[Block]:
    cells = [(name, cell) for name, cell in zip_longest(header, row, fillvalue="") if cell]
    if not cells:
        return
    key = cells[0][1]
    named = (key,) if len(cells) > 1 and len(key) <= KEY_LENGTH_MAX and "\n" not in key else ()
    text = "\n".join(f"{name}: {cell}" if name else cell for name, cell in cells)
    yield Block(text, Place(sheet=sheet, row=number, headings=named))


def _header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row with two cells or more, none of them a number, as full as the fullest."""
    widest = max((sum(bool(cell) for cell in row) for row in rows), default=0)
    for index, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        if len(filled) == widest and widest > 1 and not any(map(_is_number, filled)):
            return index
    return None


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        return False
    return True
