"""Workbooks: the visible rows of every visible sheet, formatted for reading."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, dropwhile, groupby, islice
from operator import itemgetter
from pathlib import Path

from python_calamine import (
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from mara.extraction import limits
from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.parallel import map_in_processes
from mara.extraction.records import BLOCKS_AT_ONCE, Record, record_of
from mara.extraction.tables import HEADER_CANDIDATES, Numbered, Row, Tables, shaped
from mara.extraction.xlsx_dropped import addresses_of, count_beside_cells
from mara.extraction.xlsx_fast import NotPlain, Workbook, plain_rows
from mara.extraction.xlsx_marks import Marks, marks_of
from mara.extraction.xlsx_rows import SheetRows, Unseen
from mara.extraction.xlsx_split import TOP_ROWS, Indivisible, Piece, cut, workbook_with
from mara.extraction.xlsx_structure import (
    SheetFacts,
    SheetPart,
    facts_of_sheets,
    inspect,
    sheets_of,
)
from mara.extraction.xlsx_styles import formatters_of

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


TaskResult = tuple[
    str, list[Numbered], list[int], list[Record], tuple[int, int, int, int, set[int]]
]
"""The sheet, the top rows with the header, the numbers of the task's rows, their records, and what
was left out of them: repeated headers, and the fields of ``Unseen``."""


def read_xlsx(path: Path, dropped: Dropped) -> tuple[int, Iterator[Record]]:
    """The number of visible sheets, and the records. Raises Unreadable, CalamineError."""
    count_beside_cells(path, dropped)
    shared = _read_fast(path, dropped)
    if shared is not None:
        return len(shared), chain.from_iterable(shared)
    facts = facts_of_sheets(path)
    workbook = CalamineWorkbook.from_path(path)
    shown = [sheet.name for sheet in workbook.sheets_metadata if _is_shown(sheet)]

    def found() -> Iterator[Record]:
        with zipfile.ZipFile(path) as archive:
            formatters = formatters_of(archive)
            parts = {sheet.name: sheet.part for sheet in sheets_of(archive)}
            for name in shown:
                known = facts.get(name, SheetFacts())
                marks = Marks()
                if name in facts and (any(formatters) or known.needs_marks):
                    with archive.open(parts[name]) as part:
                        marks = marks_of(part, formatters, addresses_of(archive, parts[name]))
                sheet = SheetRows(workbook.get_sheet_by_name(name), known, marks)
                tables = Tables()
                yield from _records(name, shaped(sheet.read(), tables))
                _count([sheet.unseen], dropped, tables.repeated)

    return len(shown), found()


def _read_fast(path: Path, dropped: Dropped) -> list[list[Record]] | None:
    """The records of each visible sheet; ``None`` where this is not faster or not reliable."""
    with zipfile.ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        sheets = sheets_of(archive)
        if not all(_is_usual(sheet) and sheet.part in sizes for sheet in sheets):
            return None
        shown = {sheet.name: sheet.part for sheet in sheets if sheet.state == "visible"}
        if sum(sizes[sheet.part] for sheet in sheets) < PARALLEL_FROM:
            found = _read_plain(archive, shown)
            return None if found is None else _joined(found, dropped)
        largest = max((sizes[part] for part in shown.values()), default=0)
        if not PARALLEL_FROM <= largest <= PARALLEL_UP_TO or len(shown) > PARALLEL_SHEETS_MAX:
            return None
        # Forks share it; unpacking takes a third of the time of reading.
        xml = archive.read(next(iter(shown.values()))) if len(shown) == 1 else None
    found = _read_in_parallel(path, shown, sizes, xml)
    return None if found is None else _joined(found, dropped)


def _read_in_parallel(
    path: Path, shown: Mapping[str, str], sizes: Mapping[str, int], xml: bytes | None
) -> list[TaskResult] | None:
    """Read the sheets, by name, in processes; ``xml`` is the only sheet if it is unpacked."""
    tasks = [
        Task(sheet, part, index, count)
        for sheet, part in shown.items()
        for count in [limits.PROCESSES_MAX if sizes[part] >= PARALLEL_FROM else 1]
        for index in range(count)
    ]
    return map_in_processes(
        lambda numbers: [_run(path, tasks[number], xml) for number in numbers],
        len(tasks),
        at_least=1,
    )


def _read_plain(archive: zipfile.ZipFile, shown: Mapping[str, str]) -> list[TaskResult] | None:
    """Read the sheets of a small workbook, by name; ``None`` where one is not plain."""
    found, workbook = [], Workbook(archive)
    for sheet, part in shown.items():
        piece = Piece(archive.read(part), 1)
        try:
            rows = plain_rows(piece.part, workbook)
            found.append(_result(Task(sheet, part, 0, 1), piece, rows, Unseen()))
        except NotPlain:
            return None
    return found


def _is_usual(sheet: SheetPart) -> bool:
    return sheet.state in STATES and sheet.part.startswith("xl/worksheets/")


def _run(path: Path, task: Task, xml: bytes | None) -> TaskResult:
    """Read one piece; ``xml`` is the sheet if it is unpacked. Raises where it is indivisible."""
    with zipfile.ZipFile(path) as archive:
        part = archive.read(task.part) if xml is None else xml
        piece = cut(part, task.index, task.count) if task.count > 1 else Piece(part, 1)
        try:
            return _result(task, piece, plain_rows(piece.part, Workbook(archive)), Unseen())
        except NotPlain:
            pass
    facts = inspect(io.BytesIO(piece.part))
    if task.count > 1 and facts.is_marked:
        raise Indivisible  # the text of a merged cell may be in another piece
    with zipfile.ZipFile(path) as archive:
        formatters, addresses = formatters_of(archive), addresses_of(archive, task.part)
    workbook = CalamineWorkbook.from_filelike(workbook_with(path, task.part, piece.part))
    marks = Marks()
    if any(formatters) or facts.needs_marks:
        marks = marks_of(io.BytesIO(piece.part), formatters, addresses)
    sheet = SheetRows(workbook.get_sheet_by_name(task.sheet), facts, marks)
    return _result(task, piece, sheet.read(piece.first_row), sheet.unseen)


def _result(task: Task, piece: Piece, rows: Iterator[Numbered], unseen: Unseen) -> TaskResult:
    """What was read of a piece. Raises Indivisible where it has tables that others cannot know."""
    top = list(islice(rows, TOP_ROWS))
    tables = Tables(skipped_after=top[-1][0] if top and piece.first_row > 1 else 0)
    shown = shaped(chain(top, rows), tables)
    own = list(dropwhile(lambda row: row[1] < piece.first_row, shown))
    if task.count > 1 and max(tables.begun, default=0) > _begin_max(top):
        raise Indivisible
    filled = [(number, _without_end(row)) for number, row in top]
    # A wide row is in several parts.
    numbers = list(dict.fromkeys(number for _, number, _ in own))
    records = list(_records(task.sheet, own))
    left_out = unseen.formulas, unseen.uncomputed, unseen.rows, unseen.columns
    return task.sheet, filled, numbers, records, (tables.repeated, *left_out)


def _begin_max(top: Sequence[Numbered]) -> int:
    """The last row at which a table may begin whose header every piece sees."""
    return top[: TOP_ROWS - HEADER_CANDIDATES + 1][-1][0] if top else 0


def _without_end(row: Sequence[str]) -> Sequence[str]:
    """Without trailing empty cells: rows are padded to the longest row of a piece."""
    return row[: max((at for at, cell in enumerate(row, 1) if cell), default=0)]


def _joined(found: list[TaskResult], dropped: Dropped) -> list[list[Record]] | None:
    """The records of each sheet; ``None`` if pieces disagree on the header or rows overlap."""
    sheets, left_out = [], []
    for _, group in groupby(found, key=itemgetter(0)):
        _, tops, numbers, records, unseen = zip(*group, strict=True)
        rows = list(chain.from_iterable(numbers))
        if any(top != tops[0] for top in tops) or rows != sorted(set(rows)):
            return None
        sheets.append(list(chain.from_iterable(records)))
        left_out.append(unseen)
    for pieces in left_out:
        counted = [Unseen(*counts) for _, *counts in pieces]
        _count(counted, dropped, sum(headers for headers, *_ in pieces))
    return sheets


def _count(pieces: Sequence[Unseen], dropped: Dropped, headers: int) -> None:
    """Add what was left out of one sheet, which was read in ``pieces``."""
    columns = set[int]().union(*(piece.columns for piece in pieces))
    for kind, count in (
        (DroppedKind.FORMULAS, sum(piece.formulas for piece in pieces)),
        (DroppedKind.UNCOMPUTED_FORMULAS, sum(piece.uncomputed for piece in pieces)),
        (DroppedKind.REPEATED_HEADERS, headers),
        (DroppedKind.HIDDEN_ROWS, sum(piece.rows for piece in pieces)),
        (DroppedKind.HIDDEN_COLUMNS, len(columns)),
    ):
        if count:
            dropped[kind] += count


def _is_shown(sheet: SheetMetadata) -> bool:
    visible: bool = sheet.visible == SheetVisibleEnum.Visible
    return visible and sheet.typ == SheetTypeEnum.WorkSheet


def _records(sheet: str, rows: Iterable[Row]) -> Iterator[Record]:
    remaining = iter(rows)
    while some := list(islice(remaining, BLOCKS_AT_ONCE)):
        texts, numbers, headings = zip(*some, strict=True)
        plain = [text.replace("\r\n", "\n") for text in texts]
        count = len(some)
        yield record_of((plain, [None] * count, [sheet] * count, numbers, headings))
