"""The visible text of a Word paragraph, cell or text box."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from mara.extraction.docx_styles import Styles, W, child_value, is_on

SIZE_MIN = 2
"""Half points; smaller text is not readable."""
WHITE = {"FFFFFF", "FEFEFE"}

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{W}txbxContent"
# Deleted text, the origin of moved text, field codes, and ruby annotations.
_UNSEEN = {f"{W}{name}" for name in ("del", "moveFrom", "delText", "instrText", "rt")}
_CHARACTERS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_PROPERTIES = {f"{W}pPr", f"{W}rPr", f"{W}sdtPr", f"{W}tcPr"}


def visible_text(paragraph: Element, styles: Styles, *, shaded: bool = False) -> str:
    """The text without hidden runs; white letters are visible where it is ``shaded``."""
    properties = paragraph.find(f"{W}pPr")
    if styles.hides(properties, "pStyle"):
        return ""
    return "".join(_pieces(paragraph, styles, shaded=shaded or _is_shaded(properties)))


def cell_text(cell: Element, styles: Styles, *, shaded: bool = False) -> str:
    """The cell's paragraphs, one line each, including those of nested tables."""
    shaded = shaded or _is_shaded(cell.find(f"{W}tcPr"))
    lines = (
        styles.list_mark(paragraph) + text
        for paragraph in _paragraphs(cell)
        if (text := visible_text(paragraph, styles, shaded=shaded)).strip()
    )
    return "\n".join(lines)


def boxes_in(paragraph: Element) -> Iterator[Element]:
    """Text boxes anchored in the paragraph, without their compatibility fallbacks."""
    for child in paragraph:
        if child.tag == _BOX:
            yield child
        elif child.tag != _FALLBACK and child.tag not in _UNSEEN:
            yield from boxes_in(child)


def _paragraphs(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag == f"{W}p":
            yield child
            for box in boxes_in(child):
                yield from _paragraphs(box)
        elif child.tag not in _UNSEEN and child.tag != _FALLBACK:
            yield from _paragraphs(child)


def _pieces(parent: Element, styles: Styles, *, shaded: bool) -> Iterator[str]:
    for child in parent:
        tag = child.tag
        if tag == f"{W}r":
            if not _is_hidden(child.find(f"{W}rPr"), styles, shaded=shaded):
                yield from _pieces(child, styles, shaded=shaded)
        elif tag in {f"{W}t", _MATH_TEXT}:
            yield child.text or ""
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag]
        elif tag not in _UNSEEN and tag not in _PROPERTIES and tag not in {_BOX, _FALLBACK}:
            yield from _pieces(child, styles, shaded=shaded)


def _is_hidden(properties: Element | None, styles: Styles, *, shaded: bool) -> bool:
    if properties is None:
        return False
    size = child_value(properties, f"{W}sz")
    white = (child_value(properties, f"{W}color") or "").upper() in WHITE
    return (
        is_on(properties, f"{W}vanish")
        or styles.hides(properties, "rStyle")
        or (size is not None and size.isdecimal() and int(size) <= SIZE_MIN)
        or (white and not shaded and not _is_shaded(properties))
    )


def _is_shaded(properties: Element | None) -> bool:
    """Whether the text has a coloured background."""
    if properties is None:
        return False
    if properties.find(f"{W}highlight") is not None:
        return True
    shading = properties.find(f"{W}shd")
    fill = "" if shading is None else shading.get(f"{W}fill", "auto").upper()
    return fill not in {"", "AUTO", *WHITE}
