"""Workbooks: the rows of every sheet that is shown, as a person reads them."""

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
from mara.extraction.plain_sheet import NotPlain, Workbook, number_text, plain_rows
from mara.extraction.records import BLOCKS_AT_ONCE, Record, record_of
from mara.extraction.sheet_pieces import Piece, cut, workbook_with
from mara.extraction.sheets import SheetFacts, SheetPart, facts_of_sheets, inspect, sheets_of
from mara.extraction.tables import HEADER_CANDIDATES, Numbered, Row, shaped

SHARED_FROM = 1_500_000
"""Bytes of XML of a sheet; less is read sooner than a process is forked."""
SHARED_UP_TO = 64 * 1024**2
"""It is held three times, in a part of the memory."""
SHEETS_SHARED_MAX = 8
"""Each is read with all that the sheets have in common."""
STATES = {"visible", "hidden", "veryHidden"}


@dataclass(frozen=True, slots=True)
class Share:
    """What a process is to read: a sheet, or a piece of it."""

    sheet: str
    part: str
    """XML of the sheet, in the archive."""
    index: int
    count: int
    """Of pieces."""


Found = tuple[str, list[Numbered], list[int], list[Record]]
"""Of a share: its sheet, the rows among which the header is, the numbers of its own, and those."""


def read_xlsx(path: Path) -> tuple[int, Iterator[Record]]:
    """Raises Unreadable, and what calamine raises on broken files."""
    shared = _read_in_shares(path)
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


def _read_in_shares(path: Path) -> list[list[Record]] | None:
    """Of each sheet that is shown; ``None`` where that is not faster, or not certain."""
    with zipfile.ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        sheets = sheets_of(archive)
    if not all(_is_usual(sheet) and sheet.part in sizes for sheet in sheets):
        return None
    shown = {sheet.name: sheet.part for sheet in sheets if sheet.state == "visible"}
    largest = max((sizes[part] for part in shown.values()), default=0)
    if not SHARED_FROM <= largest <= SHARED_UP_TO or len(shown) > SHEETS_SHARED_MAX:
        return None
    shares = [
        Share(sheet, part, index, count)
        for sheet, part in shown.items()
        for count in [limits.PROCESSES_MAX if sizes[part] >= SHARED_FROM else 1]
        for index in range(count)
    ]
    found = map_in_processes(
        lambda numbers: [_read_share(path, shares[number]) for number in numbers],
        len(shares),
        at_least=1,
    )
    return None if found is None else _joined(found)


def _is_usual(sheet: SheetPart) -> bool:
    return sheet.state in STATES and sheet.part.startswith("xl/worksheets/")


def _read_share(path: Path, share: Share) -> Found:
    """Raises whatever makes it impossible to read the sheet in pieces."""
    with zipfile.ZipFile(path) as archive:
        part = archive.read(share.part)
        piece = cut(part, share.index, share.count) if share.count > 1 else Piece(part, 1)
        try:
            return _found(share, piece, plain_rows(piece.part, Workbook(archive)))
        except NotPlain:
            pass
    facts = inspect(io.BytesIO(piece.part))
    workbook = CalamineWorkbook.from_filelike(workbook_with(path, share.part, piece.part))
    sheet = workbook.get_sheet_by_name(share.sheet)
    return _found(share, piece, _rows(sheet, facts, piece.first_row))


def _found(share: Share, piece: Piece, rows: Iterator[Numbered]) -> Found:
    top = list(islice(rows, HEADER_CANDIDATES))
    own = list(dropwhile(lambda row: row[1] < piece.first_row, shaped(chain(top, rows))))
    filled = [(number, _without_end(row)) for number, row in top]
    return share.sheet, filled, [number for _, number, _ in own], list(_records(share.sheet, own))


def _without_end(row: Sequence[str]) -> Sequence[str]:
    """A row is as long as the longest that is read with it."""
    return row[: max((at for at, cell in enumerate(row, 1) if cell), default=0)]


def _joined(found: list[Found]) -> list[list[Record]] | None:
    """Of each sheet; ``None`` if pieces do not agree on the header, or on whose a row is."""
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
    """The first rows, and those from ``from_row`` on; of hidden ones nothing."""
    first_row, first_column = sheet.start or (0, 0)
    end_of_top = first_row + HEADER_CANDIDATES
    # The reader pads above the first row that has a cell, but not before such a column.
    before = [""] * first_column
    for number, row in islice(enumerate(sheet.iter_rows(), 1), first_row, None):
        if end_of_top < number < from_row:
            continue
        if number in facts.hidden_rows:
            yield number, []  # it counts among the first ones all the same
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
    """A cell as a person reads it: 3 rather than 3.0, dates as ISO 8601."""
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
