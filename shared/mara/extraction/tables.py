"""Tables and CSV: one block for each row, with column headers and row number."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest

from mara.extraction import limits
from mara.extraction.model import Block, Place

HEADER_CANDIDATES = 10
"""The header is searched in this many rows at the top: titles may be above it."""

KEY_LENGTH_MAX = 80
"""A first cell up to this long is the heading of its row."""

Numbered = tuple[int, Sequence[str]]
Row = tuple[str, int, tuple[str, ...]]
"""Its text, its number, and its heading, if any."""


def read_csv(text: str) -> Iterator[Block]:
    """Read comma, semicolon, tab or bar separated values; the delimiter is detected."""
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
    """One block for each row of ``Header: cell`` lines; see _header_index for the header."""
    for text, number, headings in shaped(enumerate(rows, first_row)):
        yield Block(text, Place(sheet=sheet, row=number, headings=headings))


def shaped(rows: Iterable[Numbered]) -> Iterator[Row]:
    """As ``read_rows``, for numbered rows, without making blocks."""
    numbered = iter(rows)
    top = list(islice(numbered, HEADER_CANDIDATES))
    at = _header_index([row for _, row in top])
    header = top[at][1] if at is not None else ()
    before = top[: at or 0]
    rest = top[at + 1 :] if at is not None else top
    yield from _shape((), before)
    if at is not None and not any(any(row) for _, row in rest):
        yield from _shape((), top[at : at + 1])  # a table with one row has no header
    yield from _shape(header, chain(rest, numbered))


def _shape(header: Sequence[str], rows: Iterable[Numbered]) -> Iterator[Row]:
    names = [f"{name}: " if name else "" for name in header]
    full = "\n".join(name.replace("%", "%%") + "%s" for name in names)
    for number, row in rows:
        if len(row) == len(names) > 1 and all(row):  # the usual case
            key, is_alone = row[0], False
            text = full % tuple(row)
        else:
            cells = [(n, cell) for n, cell in zip_longest(names, row, fillvalue="") if cell]
            if not cells:
                continue
            key, is_alone = cells[0][1], len(cells) == 1
            text = "\n".join(name + cell for name, cell in cells)
        is_named = not is_alone and len(key) <= KEY_LENGTH_MAX and "\n" not in key
        yield text, number, (key,) if is_named else ()


def _header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row with at least two cells, no number, and the maximum of filled cells."""
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
