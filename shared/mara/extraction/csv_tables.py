"""Delimited text, such as CSV: finds the delimiter, and reads rows as a table."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from mara.extraction import limits
from mara.extraction.model import Block
from mara.extraction.tables import read_rows

DELIMITERS = (";", "\t", "|", ",")
"""In the order of preference: a comma is in numbers and sentences too."""
SAMPLE_ROWS = 50
SAMPLE_CHARACTERS = 64 * 1024
CONSISTENT = 0.7
"""A delimiter divides so many of the rows into the same number of cells, or it is none."""

DECIMAL_CELLS = 2
WORDS_MIN = 4
"""A line with fewer words is no sentence."""
NO_DELIMITER = "\x1f"
_DIGITS = re.compile(r"[-+]?[\d\s]+%?")


def read_csv(text: str) -> Iterator[Block]:
    """Read values separated by commas, semicolons, tabs or bars; the delimiter is detected."""
    csv.field_size_limit(limits.TEXT_CHARACTERS_MAX)
    delimiter = _declared(text)
    if delimiter is not None:
        # Without the row's end, so that the rows keep their numbers.
        text = text[text.index("\n") :] if "\n" in text else ""
    delimiter = delimiter or delimiter_of(text)
    rows = _rows(text, delimiter or NO_DELIMITER)
    return read_rows(([cell.strip() for cell in row] for row in rows), sheet=None, first_row=1)


def delimiter_of(text: str) -> str | None:
    """The delimiter that divides the rows most consistently; ``None`` for a single column."""
    sample = text[:SAMPLE_CHARACTERS]
    if len(text) > SAMPLE_CHARACTERS:
        sample = sample[: sample.rfind("\n") + 1] or sample
    scores = {delimiter: _consistency(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] else None


def _consistency(sample: str, delimiter: str) -> float:
    """The share of rows with the usual number of cells; 0 where it divides none or few."""
    rows = [
        row
        for row in islice(_rows(sample, delimiter, with_spaces=True), SAMPLE_ROWS)
        if len(row) > 1 or any(row)
    ]
    widths = Counter(len(row) for row in rows)
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0
    # Titles above the table, and notes below it, are lines with a single cell.
    divided = [row for row in rows if len(row) > 1]
    width, count = max(wide.items(), key=lambda item: item[1])
    share = count / len(divided)
    if share < CONSISTENT or len(divided) * 2 < len(rows):
        return 0
    is_whole = len(divided) == len(rows) and share == 1
    prose = sum(map(_is_prose, divided))
    if prose == len(divided) or (not is_whole and prose * 2 >= len(divided)):
        return 0
    if delimiter == "," and width == DECIMAL_CELLS and _are_decimal(divided):
        return 0
    return share * len(divided) / len(rows)


def _is_prose(row: Sequence[str]) -> bool:
    """Whether the marks between the cells are those of a sentence."""
    spaced = sum(cell.startswith(" ") and cell.strip()[:1].islower() for cell in row[1:])
    words = sum(len(cell.split()) for cell in row)
    return spaced * 2 > len(row) - 1 and words >= WORDS_MIN


def _are_decimal(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the commas are decimal marks, as in a column of prices."""
    return all(_DIGITS.fullmatch("".join(row).strip()) for row in rows)


def _rows(text: str, delimiter: str, *, with_spaces: bool = False) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=not with_spaces)


def _declared(text: str) -> str | None:
    """The delimiter of a first line ``sep=;``, which Excel writes and obeys."""
    line = text[:8].split("\n", maxsplit=1)[0].strip()
    return line[4] if len(line) == len("sep=;") and line.lower().startswith("sep=") else None
