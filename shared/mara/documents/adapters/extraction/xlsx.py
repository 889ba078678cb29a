"""Workbooks: the rows of every sheet that is shown, as a person reads them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from mara.documents.adapters.extraction import limits
from mara.documents.adapters.extraction.sheets import SheetFacts, facts_of_sheets
from mara.documents.adapters.extraction.tables import read_rows
from mara.documents.errors import Unreadable
from mara.documents.model import Block


def read_xlsx(path: Path) -> tuple[int, Iterator[Block]]:
    facts = facts_of_sheets(path)
    workbook = CalamineWorkbook.from_path(path)
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
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
