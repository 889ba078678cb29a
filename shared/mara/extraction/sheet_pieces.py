"""A large sheet in pieces: each a workbook of its own, with some of the rows.

The reader has to read a sheet at once. Cut before it does, two processes take half the time.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from mara.extraction.sheets import ROWS_MAX
from mara.extraction.tables import HEADER_CANDIDATES

ROW = b"<row "
_ROW_NUMBER = re.compile(rb"""<row(?: [^>]*?\br=["'](\d{1,7})["'])?""")
"""Empty of a row without one, which is the next after the row before it."""
_END = b"</sheetData>"
_NEEDED = (".xml", ".rels")
_NOT_NEEDED = ("xl/worksheets/", "xl/drawings/", "xl/charts/", "xl/pivot")


class Indivisible(Exception):
    """The sheet is not written as the programs do that write large ones."""


@dataclass(frozen=True, slots=True)
class Piece:
    part: bytes
    """XML of a worksheet: the first rows, among which the header is, and those of the piece."""
    first_row: int
    """Rows before it belong to other pieces; it counts from 1, and is 1 in the first piece."""


def cut(part: bytes, index: int, count: int) -> Piece:
    """The piece ``index`` of ``count``. Raises Indivisible."""
    if b"!" in part and b"<!" in part:  # the first is found at once
        raise Indivisible  # what looks like a row may stand in a comment
    top, end = _end_of_top(part), part.rfind(_END)
    begin, until = (_next_row(part, top, end, share / count) for share in (index, index + 1))
    rows = part[begin:until]
    numbers = [int(number or 0) for number in _ROW_NUMBER.findall(rows)]
    if (
        not numbers
        or numbers != sorted(set(numbers))
        or not 0 < numbers[0] <= numbers[-1] <= ROWS_MAX
    ):
        raise Indivisible
    return Piece(part[:top] + rows + part[end:], numbers[0] if index else 1)


def _end_of_top(part: bytes) -> int:
    at = -1
    for _ in range(HEADER_CANDIDATES + 1):
        at = part.find(ROW, at + 1)
        if at < 0:
            raise Indivisible
    return at


def _next_row(part: bytes, top: int, end: int, share: float) -> int:
    at = part.find(ROW, top + int((end - top) * share), end)
    return at if at >= 0 else end


def workbook_with(path: Path, name: str, part: bytes) -> io.BytesIO:
    """The workbook at ``path`` without its other sheets, and with ``part`` in place of this one."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(made, "w") as workbook:
        for member in archive.namelist():
            if member.endswith(_NEEDED) and not member.startswith(_NOT_NEEDED):
                workbook.writestr(member, archive.read(member))
        workbook.writestr(name, part)
    made.seek(0)
    return made
