"""Word documents: paragraphs, lists and table rows under their path of headings.

Parses the XML incrementally instead of using python-docx: content controls, tracked insertions and
text boxes are visible on the page too, and a long document need not fit into memory.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from mara.extraction.docx_line import Line
from mara.extraction.docx_notes import read_notes
from mara.extraction.docx_numbering import read_numbering
from mara.extraction.docx_package import Package, open_package
from mara.extraction.docx_shapes import boxes_in
from mara.extraction.docx_story import Story
from mara.extraction.docx_styles import W, child_value, is_on, read_styles
from mara.extraction.docx_text import cell_text, notes_of
from mara.extraction.errors import Unreadable
from mara.extraction.model import Block, Dropped, DroppedKind, Place
from mara.extraction.tables import read_rows

SPAN_MAX = 63
"""Columns that one cell may span: Word's limit."""

# Elements that may wrap a block without changing its meaning.
_WRAPPERS = {
    f"{W}{name}"
    for name in ("document", "body", "sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")
}


_HEADERS = {DroppedKind.PAGE_HEADERS: "header", DroppedKind.PAGE_FOOTERS: "footer"}


def read_docx(path: Path, dropped: Dropped | None = None) -> Iterator[Block]:
    """Read the main part and the notes, and count what is ``dropped``.

    Raises BadZipFile, ParseError and KeyError for a broken file.
    """
    with zipfile.ZipFile(path) as archive:
        package = open_package(archive)
        story = _story(package, Dropped() if dropped is None else dropped)
        _count_beside_the_text(package, story.dropped)
        with package.open_main() as part:
            yield from _under_headings(_blocks(part), story)


def _story(package: Package, dropped: Dropped) -> Story:
    def root(kind: str) -> Element | None:
        return package.root_of(kind, f"word/{kind}.xml")

    return Story(
        styles=read_styles(root("styles")),
        numbering=read_numbering(root("numbering")),
        links=package.links(),
        footnotes=read_notes(root("footnotes"), "footnote", "decimal"),
        endnotes=read_notes(root("endnotes"), "endnote", "lowerRoman"),
        dropped=dropped,
    )


def _count_beside_the_text(package: Package, dropped: Dropped) -> None:
    comments = package.root_of("comments", "word/comments.xml")
    if comments is not None:
        dropped[DroppedKind.COMMENTS] += len(comments.findall(f"{W}comment"))
    for kind, name in _HEADERS.items():
        for root in package.roots_of(name):
            dropped[kind] += any((text.text or "").strip() for text in root.iter(f"{W}t"))


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
        if not around:
            raise Unreadable("corrupt", "The file is damaged, or is not what its name says.")
        around[-1].clear()


def _under_headings(blocks: Iterator[Element], story: Story) -> Iterator[Block]:
    path: dict[int, str] = {}
    written = True  # whether the last heading has text under it
    for element in blocks:
        if element.tag == f"{W}tbl":
            found = _rows_of(element, story, tuple(path.values()))
        else:
            level, line = story.styles.level(element), Line.of(element, story)
            if level is not None and line.text.strip():
                if not written:
                    yield _heading_alone(path)
                path = {depth: title for depth, title in path.items() if depth < level}
                path[level] = _title(element, line, story)
                written = False
                found = _below_heading(element, line, story, tuple(path.values()))
            else:
                found = _paragraph(element, line, story, tuple(path.values()))
        for block in found:
            written = True
            yield block
    if not written:
        yield _heading_alone(path)


def _title(element: Element, line: Line, story: Story) -> str:
    """The text of a heading after its automatic number, without marks of notes."""
    number = story.number(element).removeprefix("-")
    return " ".join(f"{number} {line.text_without_marks}".split())


def _heading_alone(path: dict[int, str]) -> Block:
    titles = tuple(path.values())
    return Block(titles[-1], Place(headings=titles))


def _rows_of(table: Element, story: Story, headings: tuple[str, ...]) -> Iterator[Block]:
    for block in read_rows(_rows(table, story), sheet=None, first_row=1):
        place = Place(row=block.place.row, headings=headings + block.place.headings)
        yield Block(block.text, place)


def _paragraph(
    element: Element, line: Line, story: Story, headings: tuple[str, ...]
) -> Iterator[Block]:
    mark = story.list_mark(element)  # an empty paragraph of a list counts too
    if line.text.strip():
        text = "\n".join([mark + line.text, *notes_of(line)])
        yield Block(text, Place(headings=headings))
    yield from _boxes(element, story, headings)


def _below_heading(
    element: Element, line: Line, story: Story, headings: tuple[str, ...]
) -> Iterator[Block]:
    """The notes and boxes of a heading."""
    notes = notes_of(line)
    if notes:
        yield Block("\n".join(notes), Place(headings=headings))
    yield from _boxes(element, story, headings)


def _boxes(element: Element, story: Story, headings: tuple[str, ...]) -> Iterator[Block]:
    for box, filled in boxes_in(element):
        inner = cell_text(box, story, shaded=filled)
        if inner.strip():
            yield Block(inner, Place(headings=headings))


def _rows(table: Element, story: Story) -> Iterator[list[str]]:
    """Texts of cells; the text of a merged cell is repeated in every row and column."""
    shaded = table.find(f"{W}tblPr/{W}tblStyle") is not None
    above: dict[int, str] = {}
    for row in _parts(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if is_on(properties, f"{W}hidden") or is_on(properties, f"{W}del"):
            is_deleted = is_on(properties, f"{W}del")
            story.dropped[DroppedKind.DELETED_TEXT if is_deleted else DroppedKind.HIDDEN_ROWS] += 1
            continue
        texts: list[str] = []
        cells = list(_parts(row, f"{W}tc"))
        for cell in cells:
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            if merged is not None and merged.get(f"{W}val", "continue") == "continue":
                text = above.get(len(texts), "")
            else:
                text = cell_text(cell, story, shaded=shaded).strip()
            above[len(texts)] = text
            span = child_value(cell, f"{W}tcPr/{W}gridSpan") or "1"
            texts += [text] * (min(int(span), SPAN_MAX) if span.isdecimal() else 1)
        yield texts if len(cells) > 1 else texts[:1]  # a title above all columns stands once


def _parts(parent: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, including wrapped ones."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _parts(child, tag)
