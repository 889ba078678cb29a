"""The rows of a sheet that calamine reads, each cell as a person sees it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from python_calamine import CalamineSheet

from mara.extraction.date_format import ISO
from mara.extraction.number_format import Formatter, formatter, number_text
from mara.extraction.tables import Numbered
from mara.extraction.xlsx_marks import Area, Marks
from mara.extraction.xlsx_split import TOP_ROWS
from mara.extraction.xlsx_structure import SheetFacts

_DATES = (datetime, date, time, timedelta)


@dataclass(slots=True)
class Unseen:
    """What is left out of the cells of a sheet or a piece of it."""

    formulas: int = 0
    uncomputed: int = 0
    """Formulas without a value."""
    rows: int = 0
    """Hidden rows with content."""
    columns: set[int] = field(default_factory=set)
    """Hidden columns with content."""


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Reads the rows of a sheet with what is known of it."""

    sheet: CalamineSheet
    facts: SheetFacts
    marks: Marks
    unseen: Unseen = field(default_factory=Unseen)

    def __post_init__(self) -> None:
        """Begin to count with what the facts and marks tell."""
        self.unseen.formulas = self.facts.formulas
        self.unseen.uncomputed = len(self.marks.uncomputed)

    def read(self, from_row: int = 1) -> Iterator[Numbered]:
        """The top rows, and those from ``from_row`` on; hidden rows and columns are empty."""
        first_row, first_column = self.sheet.start or (0, 0)
        end_of_top = first_row + TOP_ROWS
        # calamine pads above the first row that has a cell, but not left of the first column.
        before = [""] * first_column
        formats = self.marks.formats
        marks = self.marks
        is_marked = marks.uncomputed or marks.errors or marks.merges or marks.links
        merged = _Merged(self.marks.merges)
        for number, row in islice(enumerate(self.sheet.iter_rows(), 1), first_row, None):
            if end_of_top < number < from_row:
                continue
            if number in self.facts.hidden_rows:
                self.unseen.rows += number >= from_row and any(cell != "" for cell in row)
                yield number, []  # it counts as one of the top rows
                continue
            if number in formats:
                _format(row, formats[number], first_column)
            # Nearly all cells are text.
            texts = [cell.strip() if cell.__class__ is str else text_of(cell) for cell in row]
            if before:
                texts = before + texts
            if is_marked:
                self._mark(number, texts)
                texts = merged.fill(number, texts)
            if self.facts.hidden_columns:
                texts = _without(self.facts.hidden_columns, texts, self.unseen)
            yield number, texts

    def _mark(self, number: int, texts: list[str]) -> None:
        for column, text in enumerate(texts, 1):
            formula = self.marks.uncomputed.get((number, column))
            if formula is not None and not text:
                texts[column - 1] = f"[not computed: ={formula}]" if formula else "[not computed]"
            texts[column - 1] = texts[column - 1] or self.marks.errors.get((number, column), "")
            address = self.marks.links.get((number, column))
            if address and address not in text:
                texts[column - 1] = f"{text} ({address})".strip()


class _Merged:
    """Repeats the text of merged cells in all rows and columns of the area."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._areas = sorted(areas, reverse=True)
        self._open: list[tuple[Area, str]] = []

    def fill(self, number: int, row: list[str]) -> list[str]:
        """The row with the texts of the areas that it crosses; a title stands once."""
        while self._areas and self._areas[-1][0] <= number:
            area = self._areas.pop()
            text = row[area[1] - 1] if area[0] == number and 0 < area[1] <= len(row) else ""
            if text:
                self._open.append((area, text))
        self._open = [(area, text) for area, text in self._open if area[2] >= number]
        if not self._open:
            return row
        inside = {c for area, _ in self._open for c in range(area[1], min(area[3], len(row)) + 1)}
        is_alone = not any(cell and at not in inside for at, cell in enumerate(row, 1))
        if is_alone and len(self._open) == 1:
            return row
        for (_, first, _, last), text in self._open:
            for column in range(first, min(last, len(row)) + 1):
                row[column - 1] = row[column - 1] or text
        return row


def _format(row: list[Any], formats: Sequence[tuple[int, Formatter]], first: int) -> None:
    """Replace numbers and dates by their texts; ``first`` columns are not in the row."""
    for column, shown in formats:
        at = column - 1 - first
        if 0 <= at < len(row):
            cell = row[at]
            if isinstance(cell, float | int | datetime | date | time | timedelta):
                row[at] = shown(cell)


def _without(hidden: set[int], row: list[str], unseen: Unseen) -> list[str]:
    unseen.columns |= {column for column, cell in enumerate(row, 1) if cell and column in hidden}
    return ["" if column in hidden else cell for column, cell in enumerate(row, 1)]


def text_of(cell: object) -> str:
    """The usual form of a cell: 3 instead of 3.0, dates by ISO 8601, durations as 26:30:00."""
    if isinstance(cell, float):
        return number_text(cell)
    code = "[h]:mm:ss" if isinstance(cell, timedelta) else ISO
    shown = formatter(code)
    if isinstance(cell, _DATES) and shown is not None:
        return shown(cell)
    return str(cell)
