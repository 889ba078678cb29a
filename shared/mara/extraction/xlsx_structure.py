"""Structure of worksheets that calamine does not report: the extent, and hidden rows and columns.

calamine allocates every cell of the extent, so a sheet with a false extent, or with one cell at the
far corner, must be rejected before it is opened.
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
"""Overlap of two pieces: no relevant tag is longer."""

COLUMNS_MAX = 16_384
ROWS_MAX = 1_048_576
"""Limits of the format."""

_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension[^>]*\bref=["'][A-Z]*\d*:?([A-Z]{1,9})(\d{1,12})""")
# Matched a million times in a large sheet: they begin with literals, which are found fast.
_COLUMN = re.compile(rb"""r=["']([A-Z]{2,9})\d""")
_ROW = re.compile(rb"""row [^>]*?\br=["'](\d{1,12})["']""")
_HIDDEN = rb"""\bhidden=["'](?:1|true)["'][^>]*"""
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?" + _HIDDEN)
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\s[^>]*?" + _HIDDEN)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_NUMBER = re.compile(rb"""\br=["'](\d{1,12})["']""")
_FIRST = re.compile(rb"""\bmin=["'](\d{1,12})["']""")
_LAST = re.compile(rb"""\bmax=["'](\d{1,12})["']""")


@dataclass(slots=True)
class SheetFacts:
    """The extent of a sheet, and what is hidden in it."""

    rows: int = 0
    columns: int = 26
    """At least 26: columns with one letter are not distinguished."""
    hidden_rows: set[int] = field(default_factory=set)
    """Counted from 1, as columns; includes rows hidden by a filter."""
    hidden_columns: set[int] = field(default_factory=set)
    formulas: int = 0
    has_errors: bool = False
    """Whether it has cells with an error, such as ``#N/A``."""
    is_marked: bool = False
    """Whether it has merged cells or links."""

    @property
    def needs_marks(self) -> bool:
        """Whether cells have facts that calamine does not report."""
        return bool(self.formulas or self.has_errors or self.is_marked)

    @property
    def hides(self) -> bool:
        """Whether any row or column is hidden."""
        return bool(self.hidden_rows or self.hidden_columns)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    """Its path in the archive, which may not exist."""
    state: str


def facts_of_sheets(path: Path) -> dict[str, SheetFacts]:
    """Inspect all sheets, by name. Raises Unreadable where an extent is too large."""
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
    """The sheets in the order of the workbook."""
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return []
    # The guards reject every entity.
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
    """Scan the XML of a sheet. Raises Unreadable where the extent is too large."""
    facts = SheetFacts()
    tail, began = b"", False
    while piece := part.read(PIECE):
        seen = tail + piece
        if not began:
            # calamine, too, reads the declared extent only before this.
            began = b"sheetData" in seen
            _read_declared_extent(seen, facts)
        _read_actual_extent(seen, facts)
        if facts.columns > COLUMNS_MAX or facts.rows > ROWS_MAX:
            raise Unreadable("corrupt", "A cell stands beyond what a sheet can hold.")
        if facts.rows * facts.columns > limits.CELLS_MAX and facts.columns > limits.COLUMNS_USUAL:
            raise Unreadable("too_large", "A sheet spans more cells than are read.")
        if b"hidden=" in seen:
            _find_hidden(seen, facts)
        if b"<f" in seen or b":f" in seen:
            # A tag that ends in the tail was counted with the piece before.
            facts.formulas += len(_FORMULA.findall(seen)) - len(_FORMULA.findall(tail))
        facts.has_errors = facts.has_errors or b't="e"' in seen
        facts.is_marked = facts.is_marked or b"mergeCell " in seen or b"hyperlink " in seen
        tail = seen[-TAIL:]
    return facts


def _read_declared_extent(seen: bytes, facts: SheetFacts) -> None:
    for column, row in _DIMENSION.findall(seen):
        facts.columns = max(facts.columns, number_of(column))
        facts.rows = max(facts.rows, int(row))


def _read_actual_extent(seen: bytes, facts: SheetFacts) -> None:
    facts.rows = max(facts.rows, *map(int, _ROW.findall(seen)), 0)
    for column in set(_COLUMN.findall(seen)):
        facts.columns = max(facts.columns, number_of(column))


def _find_hidden(seen: bytes, facts: SheetFacts) -> None:
    for tag in _HIDDEN_ROW.findall(seen):
        if number := _NUMBER.search(tag):
            facts.hidden_rows.add(int(number[1]))
    for tag in _HIDDEN_COLUMNS.findall(seen):
        first, last = _FIRST.search(tag), _LAST.search(tag)
        if first and last:
            facts.hidden_columns.update(range(int(first[1]), min(int(last[1]), COLUMNS_MAX) + 1))


def number_of(letters: bytes) -> int:
    """The number of a column, from 1: 27 for ``AA``."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
