"""Word documents: paragraphs, lists and table rows under their path of headings.

Parses the XML incrementally instead of using python-docx: content controls, tracked insertions and
text boxes are visible on the page too, and a long document need not fit into memory.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from mara.extraction.docx_styles import Styles, W, child_value, is_on, read_styles
from mara.extraction.docx_text import boxes_in, cell_text, visible_text
from mara.extraction.model import Block, Place
from mara.extraction.tables import read_rows

SPAN_MAX = 63
"""Columns that one cell may span: Word's limit."""

# Elements that may wrap a block without changing its meaning.
_WRAPPERS = {
    f"{W}{name}"
    for name in ("document", "body", "sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")
}


def read_docx(path: Path) -> Iterator[Block]:
    """Read the main part. Raises BadZipFile, ParseError and KeyError for a broken file."""
    with zipfile.ZipFile(path) as archive:
        styles = read_styles(archive)
        with archive.open("word/document.xml") as part:
            yield from _under_headings(_blocks(part), styles)


def _blocks(part: IO[bytes]) -> Iterator[Element]:
    """Paragraphs and tables of the body in order; each is cleared when the next is read."""
    around: list[Element] = []
    inside = 0  # depth within a block; 0 outside
    # The guards reject a document type declaration, and with it every entity.
    for event, element in iterparse(part, ("start", "end")):  # noqa: S314
        if event == "start":
            if inside or element.tag not in _WRAPPERS:
                inside += 1
            else:
                around.append(element)
            continue
        if not inside:
            around.pop()
            continue
        inside -= 1
        if inside:
            continue
        if element.tag in (f"{W}p", f"{W}tbl"):
            yield element
        around[-1].clear()


def _under_headings(blocks: Iterator[Element], styles: Styles) -> Iterator[Block]:
    path: dict[int, str] = {}
    written = True  # whether the last heading has text under it
    for element in blocks:
        level = styles.level(element) if element.tag == f"{W}p" else None
        text = visible_text(element, styles) if element.tag == f"{W}p" else ""
        if level is not None and text.strip():
            if not written:
                yield _heading_alone(path)
            path = {depth: title for depth, title in path.items() if depth < level}
            path[level] = " ".join(text.split())
            written = False
            continue
        headings = tuple(path.values())
        for block in _content(element, text, styles, headings):
            written = True
            yield block
    if not written:
        yield _heading_alone(path)


def _heading_alone(path: dict[int, str]) -> Block:
    titles = tuple(path.values())
    return Block(titles[-1], Place(headings=titles))


def _content(
    element: Element, text: str, styles: Styles, headings: tuple[str, ...]
) -> Iterator[Block]:
    if element.tag == f"{W}tbl":
        for block in read_rows(_rows(element, styles), sheet=None, first_row=1):
            place = Place(row=block.place.row, headings=headings + block.place.headings)
            yield Block(block.text, place)
        return
    if text.strip():
        yield Block(styles.list_mark(element) + text, Place(headings=headings))
    for box in boxes_in(element):
        inner = cell_text(box, styles)
        if inner.strip():
            yield Block(inner, Place(headings=headings))


def _rows(table: Element, styles: Styles) -> Iterator[list[str]]:
    """Texts of cells; the text of a merged cell is repeated in every row and column."""
    shaded = table.find(f"{W}tblPr/{W}tblStyle") is not None
    above: dict[int, str] = {}
    for row in _parts(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if is_on(properties, f"{W}hidden") or is_on(properties, f"{W}del"):
            continue
        texts: list[str] = []
        for cell in _parts(row, f"{W}tc"):
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            if merged is not None and merged.get(f"{W}val", "continue") == "continue":
                text = above.get(len(texts), "")
            else:
                text = cell_text(cell, styles, shaded=shaded).strip()
            above[len(texts)] = text
            span = child_value(cell, f"{W}tcPr/{W}gridSpan") or "1"
            texts += [text] * (min(int(span), SPAN_MAX) if span.isdecimal() else 1)
        yield texts


def _parts(parent: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, including wrapped ones."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _parts(child, tag)
