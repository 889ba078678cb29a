"""Word documents: paragraphs, lists and table rows under their path of headings."""

import re
from collections.abc import Iterator
from pathlib import Path

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from mara.documents.adapters.extraction.tables import read_rows
from mara.documents.model import Block, Place

_HEADING = re.compile(r"(?:heading|заголовок)\s*(\d)", re.IGNORECASE)


def read_docx(path: Path) -> Iterator[Block]:
    """Headers, footers, comments and hidden runs are dropped; deleted text is none."""
    document = Document(str(path))
    path_of_headings: dict[int, str] = {}
    written = True
    for part in document.iter_inner_content():
        headings = tuple(path_of_headings.values())
        if isinstance(part, Table):
            written = True
            yield from _table(part, headings)
            continue
        text = _visible_text(part)
        if not text.strip():
            continue
        level = _level(part)
        if level is None:
            written = True
            yield Block(_listed(part, text), Place(headings=headings))
            continue
        if not written:
            yield Block(headings[-1], Place(headings=headings))
        path_of_headings = {d: t for d, t in path_of_headings.items() if d < level}
        path_of_headings[level] = " ".join(text.split())
        written = False
    if not written:
        headings = tuple(path_of_headings.values())
        yield Block(headings[-1], Place(headings=headings))


def _level(paragraph: Paragraph) -> int | None:
    name = (paragraph.style.name if paragraph.style is not None else None) or ""
    if name == "Title":
        return 0
    found = _HEADING.match(name)
    return int(found[1]) if found else None


def _listed(paragraph: Paragraph, text: str) -> str:
    name = (paragraph.style.name if paragraph.style is not None else None) or ""
    return f"- {text}" if name.startswith("List") else text


def _visible_text(paragraph: Paragraph) -> str:
    runs = [
        run
        for part in paragraph.iter_inner_content()
        for run in ([part] if hasattr(part, "font") else part.runs)
    ]
    if not any(run.font.hidden for run in runs):
        return str(paragraph.text)
    return "".join(run.text for run in runs if not run.font.hidden)


def _table(table: Table, headings: tuple[str, ...]) -> Iterator[Block]:
    rows = ([cell.text.strip() for cell in row.cells] for row in table.rows)
    for block in read_rows(rows, sheet=None, first_row=1):
        place = Place(row=block.place.row, headings=headings + block.place.headings)
        yield Block(block.text, place)
