"""Headings of a PDF whose type is no larger than the text: its table of contents names them."""

import re
from collections.abc import Iterable, Sequence

from mara.extraction.pdf_line import Line
from mara.extraction.section_numbers import SECTION_NUMBER

ENTRIES_MIN = 2
"""One line with leaders is no table of contents, but a field of a form or a price."""
ENTRY_LENGTH_MAX = 500
"""A longer line is no entry; the time of the patterns grows with the square of the length."""
DEPTH_MAX = 4

_CONTENTS = re.compile(r"(?:table of )?contents|содержание|оглавление", re.IGNORECASE)
_WITH_LEADERS = re.compile(r"(.*?\w[^.…·_]*)\s?(?:[.…·_]\s?){3,}\s*\d{1,4}\s*")
_WITH_PAGE = re.compile(r"(.*?[^\W\d].*?)\s+\d{1,4}\s*")


def with_listed_headings(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages; a line that a contents page before it lists has its depth, negated, as its size.

    Only the first line with the title of an entry is a heading: page headers may repeat it.
    """
    listed = [_entries(lines) for lines in pages]
    if sum(map(len, listed)) < ENTRIES_MIN:
        return list(pages)
    titles: dict[str, int] = {}
    found: list[list[Line]] = []
    for lines, entries in zip(pages, listed, strict=True):
        titles |= {_key(title): _depth(title) for title in entries.values()}
        found.append(
            [
                (text, size if at in entries else -titles.pop(_key(text), 0) or size)
                for at, (text, size) in enumerate(lines)
            ]
            if titles
            else lines
        )
    return found


def listed_levels(pages: Iterable[list[Line]], level: int) -> dict[float, int]:
    """Levels of headings below ``level`` for the sizes that are depths."""
    return {size: level - int(size) for lines in pages for _, size in lines if size < 0}


def _entries(lines: Sequence[Line]) -> dict[int, str]:
    """Titles by their position in the page; below the line "Contents" they need no leaders."""
    found: dict[int, str] = {}
    is_below = False
    for at, (text, _) in enumerate(lines):
        line = text.strip()
        if _CONTENTS.fullmatch(line):
            is_below = True
            continue
        # The patterns end in a number, and take fifty times as long to find that a line does not.
        if line[-1:].isdecimal() and len(line) <= ENTRY_LENGTH_MAX:
            entry = _WITH_LEADERS.fullmatch(line) or (is_below and _WITH_PAGE.fullmatch(line))
            if entry:
                found[at] = entry[1]
    return found


def _key(title: str) -> str:
    """A title without its number, in one case and with single spaces."""
    number = SECTION_NUMBER.match(title.strip())
    return " ".join(title.strip()[number.end() if number else 0 :].casefold().split())


def _depth(title: str) -> int:
    """1 for "3 Storage" and titles without a number, 2 for "3.1 Acids"."""
    number = SECTION_NUMBER.match(title.strip())
    return min(number["number"].count(".") + 1 if number else 1, DEPTH_MAX)
