"""What the XML of a worksheet says that the fast reader does not: its extent, and what is hidden.

The reader makes room for every cell of the extent, so that it must not see a sheet whose extent is
a lie, or one cell at the far corner.
"""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath
from typing import IO
from xml.etree.ElementTree import parse

from mara.extraction import limits
from mara.extraction.errors import Unreadable

PIECE = 256 * 1024
TAIL = 2048
"""Of a piece, seen again with the next: no tag that matters is longer."""

COLUMNS_MAX = 16_384
ROWS_MAX = 1_048_576
"""The format's own."""

_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension[^>]*\bref=["'][A-Z]*\d*:?([A-Z]{1,9})(\d{1,12})""")
# Read at a stretch, a million times in a large sheet: they begin with letters that can be sought.
_COLUMN = re.compile(rb"""r=["']([A-Z]{2,9})\d""")
_ROW = re.compile(rb"""row [^>]*?\br=["'](\d{1,12})["']""")
_HIDDEN = rb"""\bhidden=["'](?:1|true)["'][^>]*"""
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?" + _HIDDEN)
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\s[^>]*?" + _HIDDEN)
_NUMBER = re.compile(rb"""\br=["'](\d{1,12})["']""")
_FIRST = re.compile(rb"""\bmin=["'](\d{1,12})["']""")
_LAST = re.compile(rb"""\bmax=["'](\d{1,12})["']""")


@dataclass(slots=True)
class SheetFacts:
    rows: int = 0
    columns: int = 26
    """At least, columns of one letter being all alike."""
    hidden_rows: set[int] = field(default_factory=set)
    """Counted from 1, as are columns; also what a filter hides."""
    hidden_columns: set[int] = field(default_factory=set)

    @property
    def hides(self) -> bool:
        return bool(self.hidden_rows or self.hidden_columns)


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    part: str
    """Its place in the archive, where there may be none."""
    state: str


def facts_of_sheets(path: Path) -> dict[str, SheetFacts]:
    """By the name of the sheet. Raises Unreadable, where the extent of any is too large."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        parts = {sheet.name: sheet.part for sheet in sheets_of(archive)}
        sheets = {name for name in names if name.startswith("xl/worksheets/sheet")}
        facts = {}
        for part in sheets | (names & set(parts.values())):
            with archive.open(part) as file:
                facts[part] = inspect(file)
    return {sheet: facts[part] for sheet, part in parts.items() if part in facts}


def sheets_of(archive: zipfile.ZipFile) -> list[SheetPart]:
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return []
    # The guards refuse every entity.
    with archive.open("xl/_rels/workbook.xml.rels") as part:
        relations = parse(part).getroot()  # noqa: S314
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    with archive.open("xl/workbook.xml") as part:
        workbook = parse(part).getroot()  # noqa: S314
    sheets = []
    for sheet in workbook.iter():
        if sheet.tag.endswith("}sheet"):
            target = next((targets.get(v) for k, v in sheet.items() if k.endswith("}id")), None)
            place = normpath(join("/xl", target or ""))[1:]
            sheets.append(SheetPart(sheet.get("name", ""), place, sheet.get("state", "visible")))
    return sheets


def inspect(part: IO[bytes]) -> SheetFacts:
    """Raises Unreadable where the extent is more than is allowed."""
    facts = SheetFacts()
    tail, began = b"", False
    while piece := part.read(PIECE):
        seen = tail + piece
        if not began:
            # The reader, too, looks for the extent no further.
            began = b"sheetData" in seen
            _believe(seen, facts)
        _measure(seen, facts)
        if facts.columns > COLUMNS_MAX or facts.rows > ROWS_MAX:
            raise Unreadable("corrupt", "A cell stands beyond what a sheet can hold.")
        if facts.rows * facts.columns > limits.CELLS_MAX and facts.columns > limits.COLUMNS_USUAL:
            raise Unreadable("too_large", "A sheet spans more cells than are read.")
        if b"hidden=" in seen:
            _find_hidden(seen, facts)
        tail = seen[-TAIL:]
    return facts


def _believe(seen: bytes, facts: SheetFacts) -> None:
    for column, row in _DIMENSION.findall(seen):
        facts.columns = max(facts.columns, _number_of(column))
        facts.rows = max(facts.rows, int(row))


def _measure(seen: bytes, facts: SheetFacts) -> None:
    facts.rows = max(facts.rows, *map(int, _ROW.findall(seen)), 0)
    for column in set(_COLUMN.findall(seen)):
        facts.columns = max(facts.columns, _number_of(column))


def _find_hidden(seen: bytes, facts: SheetFacts) -> None:
    for tag in _HIDDEN_ROW.findall(seen):
        if number := _NUMBER.search(tag):
            facts.hidden_rows.add(int(number[1]))
    for tag in _HIDDEN_COLUMNS.findall(seen):
        first, last = _FIRST.search(tag), _LAST.search(tag)
        if first and last:
            facts.hidden_columns.update(range(int(first[1]), min(int(last[1]), COLUMNS_MAX) + 1))


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
