"""Columns of a PDF page that were painted line by line: read one after the other.

A row of a table looks the same, and is to be read as a row: only columns of running text, whose
sentences go on from line to line, are taken apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from mara.extraction.pdf_line import PlacedLine, WrittenLine
from mara.extraction.pdf_words import DIVISION
from mara.extraction.pdfium import character_at, character_box, font_size

GAP_SIZES = 1.5
"""Of the font: a wider space separates columns."""
COLUMNS_MAX = 4
LINES_MIN = 3
"""Fewer lines are no column."""
WORDS_MIN = 2.5
"""Of a line of running text, on average."""
CONTINUED_SHARE = 0.4
"""Of the lines of running text, those that begin with a small letter."""
TOLERANCE = 5.0
"""Points by which the left edges of a column's lines may differ."""

SAMPLES = 4
WIDE_MIN = 2
"""Of the lines that are tried, those with a wide space; a page with fewer has no columns."""
SAMPLED_SPACES = 6
SAMPLE_LENGTH_MIN = 20


_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class Cell:
    """A part of a line between two wide spaces."""

    text: str
    left: float
    start: int
    size: float


@dataclass(slots=True)
class Row:
    """The cells on one height, and the end of its text."""

    cells: list[Cell] = field(default_factory=list)


def in_columns(handle: int, written: Sequence[WrittenLine]) -> list[PlacedLine] | None:
    """The lines column by column; ``None`` where the page has no columns of running text."""
    lines = [(position, text) for position, _, text in written]
    if not _may_have_columns(handle, lines):
        return None
    rows = [row for position, text in lines for row in _rows(handle, position, text)]
    found: list[PlacedLine] = []
    is_changed = False
    for starts, group in groupby(_with_starts(rows), key=lambda pair: pair[0]):
        block = [row for _, row in group]
        columns = _columns(block, starts)
        if columns is not None and all(map(_is_prose, columns)):
            is_changed = True
            found += [_placed([cell]) for column in columns for cell in column]
        else:
            found += [_placed(row.cells) for row in block]
    return found if is_changed else None


def _may_have_columns(handle: int, lines: Sequence[tuple[int, str]]) -> bool:
    """Whether several of the lines have a wide space within them."""
    long = [line for line in lines if len(line[1]) >= SAMPLE_LENGTH_MIN]
    step = len(long) // SAMPLES or 1
    tried = long[step // 2 :: step][:SAMPLES]
    return sum(_has_wide_space(handle, *line) for line in tried) >= WIDE_MIN


def _has_wide_space(handle: int, position: int, text: str) -> bool:
    spaces = [at for at, letter in enumerate(text) if letter == " "]
    # The space between columns is not at the ends of a line.
    cut = max(0, len(spaces) - SAMPLED_SPACES) // 2
    start = character_at(handle, position)
    wide = GAP_SIZES * font_size(handle, start)
    for at in spaces[cut : cut + SAMPLED_SPACES]:
        if 0 < at < len(text) - 1:
            before = character_box(handle, start + at - 1)
            after = character_box(handle, start + at + 1)
            if after[0] - before[2] > wide > 0:
                return True
    return False


def _rows(handle: int, position: int, text: str) -> Iterator[Row]:
    """The lines of a text, which pdfium joins where a word is divided."""
    start = character_at(handle, position)
    parts = text.split(DIVISION)
    for number, part in enumerate(parts, 1):
        row = Row(_cells(handle, start, part))
        start += len(part) + 1
        if row.cells:
            if number < len(parts):
                row.cells[-1].text += "-"
            yield row


def _cells(handle: int, start: int, text: str) -> list[Cell]:
    cells: list[Cell] = []
    right = 0.0
    for word in _WORD.finditer(text):
        at = start + word.start()
        left = character_box(handle, at)[0]
        if not cells or left - right > GAP_SIZES * cells[-1].size:
            cells.append(Cell(word[0], left, at, font_size(handle, at)))
        else:
            cells[-1].text += " " + word[0]
        right = character_box(handle, start + word.end() - 1)[2]
    return cells


def _with_starts(rows: list[Row]) -> Iterator[tuple[tuple[float, ...], Row]]:
    """Each row with the left edges of the columns that it belongs to, or none."""
    known: tuple[float, ...] = ()
    for at, row in enumerate(rows):
        if not known or not _fits(row, known):
            known = _starts(rows[at : at + LINES_MIN])
        yield known, row


def _starts(rows: list[Row]) -> tuple[float, ...]:
    """The left edges that the rows have in common; none where they differ."""
    count = len(rows[0].cells)
    same = [row for row in rows if len(row.cells) == count]
    if not 1 < count <= COLUMNS_MAX or len(same) < LINES_MIN:
        return ()
    edges = tuple(median(row.cells[n].left for row in same) for n in range(count))
    return edges if all(_fits(row, edges) for row in same) else ()


def _fits(row: Row, starts: Sequence[float]) -> bool:
    at = [_column_of(cell, starts) for cell in row.cells]
    return None not in at and all(
        a is not None and b is not None and a < b for a, b in pairwise(at)
    )


def _column_of(cell: Cell, starts: Sequence[float]) -> int | None:
    return next((n for n, x in enumerate(starts) if abs(x - cell.left) <= TOLERANCE), None)


def _columns(rows: list[Row], starts: Sequence[float]) -> list[list[Cell]] | None:
    if len(starts) < 2 or len(rows) < LINES_MIN:  # noqa: PLR2004 - one column
        return None
    columns: list[list[Cell]] = [[] for _ in starts]
    for row in rows:
        for cell in row.cells:
            column = _column_of(cell, starts)
            if column is None:
                return None
            columns[column].append(cell)
    return columns


def _is_prose(column: list[Cell]) -> bool:
    texts = [cell.text.strip() for cell in column]
    if len(texts) < LINES_MIN:
        return False
    words = sum(len(text.split()) for text in texts) / len(texts)
    continued = sum(text[:1].islower() for text in texts[1:]) / (len(texts) - 1)
    return words >= WORDS_MIN and continued >= CONTINUED_SHARE


def _placed(cells: list[Cell]) -> PlacedLine:
    text = " ".join(cell.text.strip() for cell in cells)
    last = cells[-1]
    return text, cells[0].size, cells[0].start, last.start + len(last.text) - cells[0].start
