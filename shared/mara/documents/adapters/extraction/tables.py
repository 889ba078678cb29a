"""Spreadsheets: every row with the headers of its columns, its sheet and its number."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from pathlib import Path

from mara.documents.adapters.extraction import limits
from mara.documents.adapters.extraction.sheets import SheetFacts, facts_of_sheets
from mara.documents.errors import Unreadable
from mara.documents.model import Block, Place

HEADER_CANDIDATES = 10
"""Rows at the top among which the header is looked for: titles may stand above it."""

KEY_LENGTH_MAX = 80
"""A first cell up to this long names its row."""


def read_xlsx(path: Path) -> tuple[int, Iterator[Block]]:
    import python_calamine

    facts = facts_of_sheets(path)
    workbook = python_calamine.CalamineWorkbook.from_path(path)
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]

    def blocks() -> Iterator[Block]:
        for name in shown:
            sheet = workbook.get_sheet_by_name(name)
            start = sheet.start or (0, 0)
            # The reader pads above the first row that has a cell, but not before such a column.
            read = islice(sheet.iter_rows(), start[0], None)
            rows: Iterator[list[str]] = ([_text(cell) for cell in row] for row in read)
            if (hidden := facts.get(name, SheetFacts())).hides:
                rows = _shown(rows, hidden, start)
            yield from read_rows(rows, sheet=name, first_row=start[0] + 1)

    return len(shown), blocks()


def _shown(
    rows: Iterable[list[str]], facts: SheetFacts, start: tuple[int, int]
) -> Iterator[list[str]]:
    """Hidden rows come as empty ones, so that the others keep their numbers."""
    first_row, first_column = start[0] + 1, start[1] + 1
    for number, row in enumerate(rows, first_row):
        if number in facts.hidden_rows:
            yield []
            continue
        yield [
            "" if column in facts.hidden_columns else cell
            for column, cell in enumerate(row, first_column)
        ]


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


def _text(cell: object) -> str:
    """A cell as a person reads it: 3 rather than 3.0, dates as ISO 8601."""
    if isinstance(cell, str):  # nearly all are
        text = cell.strip()
        if len(text) > limits.TEXT_CHARACTERS_MAX:
            raise Unreadable("too_large", "A cell holds more text than is allowed.")
        return text.replace("\r\n", "\n") if "\r" in text else text
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004
        return str(int(cell))
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
