"""Workbooks: the visible rows of every visible sheet, formatted for reading."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, dropwhile, groupby, islice
from operator import itemgetter
from pathlib import Path

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from mara.extraction import limits
from mara.extraction.parallel import map_in_processes
from mara.extraction.records import BLOCKS_AT_ONCE, Record, record_of
from mara.extraction.tables import HEADER_CANDIDATES, Numbered, Row, shaped
from mara.extraction.xlsx_fast import NotPlain, Workbook, number_text, plain_rows
from mara.extraction.xlsx_split import Piece, cut, workbook_with
from mara.extraction.xlsx_structure import (
    SheetFacts,
    SheetPart,
    facts_of_sheets,
    inspect,
    sheets_of,
)

PARALLEL_FROM = 1_500_000
"""Bytes of XML of a sheet; a smaller one takes less time than a fork."""
PARALLEL_UP_TO = 64 * 1024**2
"""A worker holds the XML three times, with a part of the memory limit."""
PARALLEL_SHEETS_MAX = 8
"""Each worker reads the workbook's common parts again for each sheet."""
STATES = {"visible", "hidden", "veryHidden"}


@dataclass(frozen=True, slots=True)
class Task:
    """A unit of parallel work: a sheet, or a piece of it."""

    sheet: str
    part: str
    """Path of the sheet's XML in the archive."""
    index: int
    count: int
    """Number of pieces of the sheet."""


TaskResult = tuple[str, list[Numbered], list[int], list[Record]]
"""The sheet, the top rows with the header, the numbers of the task's rows, and their records."""


def read_xlsx(path: Path) -> tuple[int, Iterator[Record]]:
    """The number of visible sheets, and the records. Raises Unreadable, CalamineError."""
    shared = _read_in_parallel(path)
    if shared is not None:
        return len(shared), chain.from_iterable(shared)
    facts = facts_of_sheets(path)
    workbook = CalamineWorkbook.from_path(path)
    shown = [sheet.name for sheet in workbook.sheets_metadata if _is_shown(sheet)]

    def found() -> Iterator[Record]:
        for name in shown:
            rows = _rows(workbook.get_sheet_by_name(name), facts.get(name, SheetFacts()))
            yield from _records(name, shaped(rows))

    return len(shown), found()


def _read_in_parallel(path: Path) -> list[list[Record]] | None:
    """The records of each visible sheet; ``None`` where this is not faster or not reliable."""
    with zipfile.ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        sheets = sheets_of(archive)
    if not all(_is_usual(sheet) and sheet.part in sizes for sheet in sheets):
        return None
    shown = {sheet.name: sheet.part for sheet in sheets if sheet.state == "visible"}
    largest = max((sizes[part] for part in shown.values()), default=0)
    if not PARALLEL_FROM <= largest <= PARALLEL_UP_TO or len(shown) > PARALLEL_SHEETS_MAX:
        return None
    tasks = [
        Task(sheet, part, index, count)
        for sheet, part in shown.items()
        for count in [limits.PROCESSES_MAX if sizes[part] >= PARALLEL_FROM else 1]
        for index in range(count)
    ]
    found = map_in_processes(
        lambda numbers: [_run(path, tasks[number]) for number in numbers],
        len(tasks),
        at_least=1,
    )
    return None if found is None else _joined(found)


def _is_usual(sheet: SheetPart) -> bool:
    return sheet.state in STATES and sheet.part.startswith("xl/worksheets/")


def _run(path: Path, task: Task) -> TaskResult:
    """Read one piece. Raises where the sheet cannot be read in pieces."""
    with zipfile.ZipFile(path) as archive:
        part = archive.read(task.part)
        piece = cut(part, task.index, task.count) if task.count > 1 else Piece(part, 1)
        try:
            return _result(task, piece, plain_rows(piece.part, Workbook(archive)))
        except NotPlain:
            pass
    facts = inspect(io.BytesIO(piece.part))
    workbook = CalamineWorkbook.from_filelike(workbook_with(path, task.part, piece.part))
    sheet = workbook.get_sheet_by_name(task.sheet)
    return _result(task, piece, _rows(sheet, facts, piece.first_row))


def _result(task: Task, piece: Piece, rows: Iterator[Numbered]) -> TaskResult:
    top = list(islice(rows, HEADER_CANDIDATES))
    own = list(dropwhile(lambda row: row[1] < piece.first_row, shaped(chain(top, rows))))
    filled = [(number, _without_end(row)) for number, row in top]
    return task.sheet, filled, [number for _, number, _ in own], list(_records(task.sheet, own))


def _without_end(row: Sequence[str]) -> Sequence[str]:
    """Without trailing empty cells: rows are padded to the longest row of a piece."""
    return row[: max((at for at, cell in enumerate(row, 1) if cell), default=0)]


def _joined(found: list[TaskResult]) -> list[list[Record]] | None:
    """The records of each sheet; ``None`` if pieces disagree on the header or rows overlap."""
    sheets = []
    for _, group in groupby(found, key=itemgetter(0)):
        _, tops, numbers, records = zip(*group, strict=True)
        rows = list(chain.from_iterable(numbers))
        if any(top != tops[0] for top in tops) or rows != sorted(set(rows)):
            return None
        sheets.append(list(chain.from_iterable(records)))
    return sheets


def _is_shown(sheet: SheetMetadata) -> bool:
    visible: bool = sheet.visible == SheetVisibleEnum.Visible
    return visible and sheet.typ == SheetTypeEnum.WorkSheet


def _rows(sheet: CalamineSheet, facts: SheetFacts, from_row: int = 1) -> Iterator[Numbered]:
    """The top rows, and those from ``from_row`` on; hidden rows and columns are empty."""
    first_row, first_column = sheet.start or (0, 0)
    end_of_top = first_row + HEADER_CANDIDATES
    # calamine pads above the first row that has a cell, but not left of the first column.
    before = [""] * first_column
    for number, row in islice(enumerate(sheet.iter_rows(), 1), first_row, None):
        if end_of_top < number < from_row:
            continue
        if number in facts.hidden_rows:
            yield number, []  # it counts as one of the top rows
            continue
        # Nearly all cells are text.
        texts = [cell.strip() if cell.__class__ is str else _text(cell) for cell in row]
        if before:
            texts = before + texts
        yield number, _without(facts.hidden_columns, texts) if facts.hidden_columns else texts


def _without(hidden: set[int], row: list[str]) -> list[str]:
    return ["" if column in hidden else cell for column, cell in enumerate(row, 1)]


def _records(sheet: str, rows: Iterable[Row]) -> Iterator[Record]:
    remaining = iter(rows)
    while some := list(islice(remaining, BLOCKS_AT_ONCE)):
        texts, numbers, headings = zip(*some, strict=True)
        plain = [text.replace("\r\n", "\n") for text in texts]
        count = len(some)
        yield record_of((plain, [None] * count, [sheet] * count, numbers, headings))


def _text(cell: object) -> str:
    """Format a cell: 3 instead of 3.0, dates as ISO 8601."""
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
