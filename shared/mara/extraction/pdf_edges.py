"""Headers and footers that repeat on the pages of a PDF, which interrupt its text."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.pdf_line import Line

EDGE_LINES = 3
"""Lines at the top and at the bottom of a page that may be repeated ones."""
TITLE_SHARE = 0.8
"""A line in the type of a heading is one unless it repeats on this share of the pages.

Others repeat on half of the pages: left and right ones may differ.
"""

_TITLE = "\x00"
"""Marks the key of a line in the type of a heading."""

_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|pages|p|pg|seite|стр|страница|страниц|с|лист|листов|л)?\W*\d{1,5}\W*"
    r"(?:(?:of|from|из|von)?\W*\d{1,5})?\W*(?:page|стр|страница|лист)?\W*",
    re.IGNORECASE,
)
_WITH_PAGE_NUMBER = re.compile(
    r"^\d{1,5}\s*[|•·—–-]\s|\s[|•·—–-]\s*\d{1,5}$"
    r"|\b(?:page|pg|стр|страница|лист)\b\W{0,3}\d{1,5}",
    re.IGNORECASE,
)


def without_repeated(
    pages: Sequence[list[Line]], dropped: Dropped, heading_sizes: Collection[float]
) -> list[list[Line]]:
    """The pages without repeated headers and footers, and without page numbers.

    A header stays on its first page and a footer on its last one, so that nothing is lost.
    """
    if len(pages) < 2:  # noqa: PLR2004 - nothing can repeat
        return list(pages)
    filled = sum(map(bool, pages))
    sizes = frozenset(heading_sizes)
    edges = [_edges(lines, number, sizes) for number, lines in enumerate(pages)]
    counts = Counter(key for found in edges for key in set(found.values()))
    repeated = {key for key, count in counts.items() if _repeats(key, count, filled)}
    if not repeated:
        return list(pages)
    first, last = _first_and_last(edges)
    kept = []
    for number, lines in enumerate(pages):
        gone = {at for at, key in edges[number].items() if key in repeated}
        if len(gone) == len(lines):
            gone = set()  # a page of nothing else
        for at in sorted(gone):
            key = edges[number][at]
            is_top = at < len(lines) / 2
            if not _is_page_number(key) and (first if is_top else last)[key] == number:
                gone.discard(at)
                continue
            dropped[DroppedKind.PAGE_HEADERS if is_top else DroppedKind.PAGE_FOOTERS] += 1
        kept.append([line for at, line in enumerate(lines) if at not in gone])
    return kept


def _repeats(key: str, count: int, pages: int) -> bool:
    if key.startswith(_TITLE):
        return count >= max(3, TITLE_SHARE * pages)
    return count >= max(2, pages // 2)


def _edges(lines: list[Line], number: int, headings: frozenset[float]) -> dict[int, str]:
    """Keys of the lines at both ends, by their position; equal ones are repeated lines."""
    positions = {*range(EDGE_LINES), *range(len(lines) - EDGE_LINES, len(lines))}
    found = {}
    for at in sorted(positions & set(range(len(lines)))):
        text, size = lines[at]
        key = _key(" ".join(text.split()), number)
        found[at] = _TITLE + key if size in headings else key
    return found


def _key(text: str, number: int) -> str:
    """The text; in place of the number of its page, how far that is from the page's position."""

    def relative(found: re.Match[str]) -> str:
        return f"#{int(found[0]) - number}"

    if _NUMBER.search(text) is None:
        return text
    if _PAGE_NUMBER.fullmatch(text):
        return _NUMBER.sub(relative, text, count=1)  # the second one is the number of pages
    return _WITH_PAGE_NUMBER.sub(lambda part: _NUMBER.sub(relative, part[0], count=1), text)


def _is_page_number(key: str) -> bool:
    return "#" in key and _PAGE_NUMBER.fullmatch(re.sub(r"#-?", "", key)) is not None


def _first_and_last(edges: Sequence[dict[int, str]]) -> tuple[dict[str, int], dict[str, int]]:
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, found in enumerate(edges):
        for key in found.values():
            first.setdefault(key, number)
            last[key] = number
    return first, last
