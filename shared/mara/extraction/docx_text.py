"""The visible text of a Word paragraph, cell or text box, with its notes."""

from collections.abc import Iterator
from functools import partial
from xml.etree.ElementTree import Element

from mara.extraction.docx_line import Line
from mara.extraction.docx_shapes import UNSEEN, boxes_in
from mara.extraction.docx_story import Story
from mara.extraction.docx_styles import W, is_shaded


def visible_text(paragraph: Element, story: Story, *, shaded: bool = False) -> str:
    """The text without hidden runs, its notes below it.

    White letters are visible where the paragraph is ``shaded``.
    """
    line = Line.of(paragraph, story, shaded=shaded)
    return "\n".join([line.text, *notes_of(line)]) if line.note_ids else line.text


def notes_of(line: Line) -> list[str]:
    """The notes that a paragraph refers to, each after its number."""
    return line.notes(partial(cell_text, story=line.story))


def cell_text(cell: Element, story: Story, *, shaded: bool = False) -> str:
    """The cell's paragraphs, one line each, including those of nested tables."""
    shaded = shaded or is_shaded(cell.find(f"{W}tcPr"))
    lines = []
    for paragraph, within in _paragraphs(cell, shaded=shaded):
        mark = story.list_mark(paragraph)
        text = visible_text(paragraph, story, shaded=within)
        if text.strip():
            lines.append(mark + text)
    return "\n".join(lines)


def _paragraphs(parent: Element, *, shaded: bool) -> Iterator[tuple[Element, bool]]:
    """Paragraphs, and whether they stand on a coloured ground."""
    for child in parent:
        if child.tag == f"{W}p":
            yield child, shaded
            for box, filled in boxes_in(child):
                yield from _paragraphs(box, shaded=shaded or filled)
        elif child.tag not in UNSEEN:
            within = shaded or (child.tag == f"{W}tc" and is_shaded(child.find(f"{W}tcPr")))
            yield from _paragraphs(child, shaded=within)
