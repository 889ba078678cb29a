"""The visible lines of one PDF page, in reading order."""

import math
from collections import Counter

import pypdfium2 as pdfium

from mara.extraction.model import DroppedKind
from mara.extraction.pdf_annotations import count_dropped
from mara.extraction.pdf_columns import in_columns
from mara.extraction.pdf_forms import FormValues
from mara.extraction.pdf_glyphs import makes_words
from mara.extraction.pdf_hidden_text import Hidden, hidden_objects, without
from mara.extraction.pdf_line import Line, PlacedLine, WrittenLine
from mara.extraction.pdf_words import DIVISION
from mara.extraction.pdfium import (
    address_of,
    angle_at,
    character_at,
    count_annotations,
    font_size,
    is_unmapped,
)

PageText = tuple[list[Line], dict[str, int]]
"""The lines, and how often each kind was left out, of types that ``marshal`` supports."""

OBJECTS_PER_LINE = 1.8
"""Text objects of a page with columns: each of its lines has one in each column."""
UNMAPPED_SAMPLES = 8
"""Lines of a page that are tried, to find a font without the names of its letters."""
UNMAPPED_SHARE = 0.5
"""A line with more letters without a name than this cannot be read."""

_MARKS = str.maketrans({"\x02": DIVISION, "\x00": None})
"""pdfium's codes for a hyphen at the end of a line and for an unmapped glyph."""


def read_page(document: pdfium.PdfDocument, number: int, forms: FormValues | None) -> PageText:
    """Read a page; one that is damaged has no lines, since the others may be readable."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return [], {DroppedKind.DAMAGED_PAGES.value: 1}
    dropped: Counter[str] = Counter()
    hidden = hidden_objects(page)
    text_page = page.get_textpage()
    written = written_lines(text_page.get_text_range())
    turned = _turned(page, text_page, written)
    if turned is not None:
        text_page, written = turned, written_lines(turned.get_text_range())
    handle = address_of(text_page.raw)
    lines = _lines(text_page, written, hidden, dropped)
    # Where each line is one object, as in most files, none of them has columns.
    if hidden.texts >= OBJECTS_PER_LINE * len(written) and not hidden:
        lines = in_columns(handle, written) or lines
    if annotations := count_annotations(address_of(page.raw)):
        dropped.update(count_dropped(page, annotations, forms))
        if forms is not None:
            lines = forms.filled_in(page, text_page, lines)
    if hidden.pictures:
        dropped[DroppedKind.PICTURES.value] = hidden.pictures
    return [(_clean(text), round(size * 2) / 2) for text, size, *_ in lines], dict(dropped)


def written_lines(text: str) -> list[WrittenLine]:
    """The lines of a page's text that are not empty."""
    # pdfium counts UTF-16 code units: a character outside the basic plane takes two.
    is_basic = text.isascii() or max(text) <= "\uffff"
    found = []
    position = 0
    for line in text.split("\r\n"):
        length = len(line) if is_basic else len(line.encode("utf-16-le")) // 2
        if line.strip():
            found.append((position, length, line))
        position += length + 2
    return found


def _turned(
    page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, written: list[WrittenLine]
) -> pdfium.PdfTextPage | None:
    """The text of the page turned so that pdfium returns its lines from top to bottom.

    pdfium reverses the lines of text that is turned by a quarter to the left of its page. ``None``
    where they are in order.
    """
    handle = address_of(text_page.raw)
    angles = [angle_at(handle, character_at(handle, at)) for at, *_ in _samples(written, 3)]
    rotation = page.get_rotation()
    if not rotation and not any(angles):
        return None
    turns = Counter(round(math.degrees(angle) / 90) * 90 % 360 for angle in angles)
    turn = turns.most_common(1)[0][0] if turns else 0
    if (rotation + turn) % 360 != 90:  # noqa: PLR2004 - a quarter
        return None
    page.set_rotation((360 - turn) % 360)
    return page.get_textpage()


def _samples(written: list[WrittenLine], count: int) -> list[WrittenLine]:
    """Up to ``count`` lines from all over the page."""
    return written[:: max(1, len(written) // count)][:count]


def _lines(
    text_page: pdfium.PdfTextPage,
    written: list[WrittenLine],
    hidden: Hidden,
    dropped: Counter[str],
) -> list[PlacedLine]:
    handle = address_of(text_page.raw)
    placed = [(character_at(handle, at), length, line) for at, length, line in written]
    unreadable = _unreadable(handle, placed)
    if unreadable:
        dropped[DroppedKind.UNREADABLE_TEXT.value] += len(unreadable)
        placed = [line for line in placed if line[0] not in unreadable]
    if not hidden:
        return [(line, font_size(handle, start), start, length) for start, length, line in placed]
    lines: list[PlacedLine] = []
    for start, length, line in placed:
        shown = without(text_page, start, length, hidden)
        if len(shown) < len(line):
            dropped[DroppedKind.HIDDEN_TEXT.value] += 1
        if shown.strip():
            lines.append((shown, font_size(handle, start), start, length))
    return lines


def _unreadable(handle: int, placed: list[WrittenLine]) -> set[int]:
    """Where those lines begin whose letters have no names and make no words."""
    if not any(
        is_unmapped(handle, start) or is_unmapped(handle, start + length // 3)
        for start, length, _ in _samples(placed, UNMAPPED_SAMPLES)
    ):
        return set()
    nameless = [
        (start, line)
        for start, length, line in placed
        if sum(is_unmapped(handle, at) for at in range(start, start + length))
        > UNMAPPED_SHARE * length
    ]
    if makes_words("\n".join(line for _, line in nameless)):
        return set()  # the numbers of the letters are those of ASCII
    return {start for start, _ in nameless}


def _clean(line: str) -> str:
    return (line if line.isprintable() else line.translate(_MARKS)).rstrip()
