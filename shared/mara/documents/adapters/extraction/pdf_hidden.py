"""Text that is in a PDF page and that nobody who looks at the page sees.

It is what instructions are smuggled in with: invisible, transparent, off the page, white on white,
or too small to read.
"""

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

INVISIBLE = 3
"""Text render mode (ISO 32000-1, table 106)."""
FONT_SIZE_MIN = 1.0
"""Points; nobody reads less."""
WHITE_FROM = 250
"""Of 255, in each colour."""
FORMS_DEPTH_MAX = 15
"""Forms in forms; what stands deeper is read as it is."""
GROUNDS_MAX = 2000
"""Coloured areas of a page that are remembered; white text on a later one counts as hidden."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""
Colour = tuple[int, int, int, int]
"""Red, green, blue, and how opaque it is: 0 to 255."""


@dataclass(slots=True)
class Hidden:
    """Addresses of text objects. Of the ``suspect`` ones each letter is looked at by itself."""

    certain: set[int] = field(default_factory=set)
    suspect: set[int] = field(default_factory=set)
    page: Box = (0, 0, 0, 0)

    def __bool__(self) -> bool:
        return bool(self.certain or self.suspect)


def hidden_objects(page: pdfium.PdfPage) -> Hidden:
    hidden = Hidden(page=page.get_bbox())
    white: set[int] = set()
    # By pdfium's own calls: a page has hundreds of texts, and its wrapper costs more than a look.
    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        item = raw.FPDFPage_GetObject(page.raw, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            _look_at(item, hidden, white)
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            _look_into(item, hidden)
    if white:
        hidden.certain |= _without_ground(page, white)
    return hidden


def _look_at(item: Any, hidden: Hidden, white: set[int]) -> None:
    colour = _fill(item)
    box = _bounds(item)
    if _is_unpainted(item, colour) or _is_off(box, hidden.page) or _is_tiny(item, box):
        hidden.certain.add(ctypes.addressof(item.contents))
    elif min(colour[:3]) >= WHITE_FROM:
        white.add(ctypes.addressof(item.contents))


def _look_into(form: Any, hidden: Hidden, depth: int = 1) -> None:
    """Of what stands in a form, pdfium tells the place in the form and not on the page."""
    if depth > FORMS_DEPTH_MAX:
        return
    for index in range(max(raw.FPDFFormObj_CountObjects(form), 0)):
        item = raw.FPDFFormObj_GetObject(form, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            _look_into(item, hidden, depth + 1)
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            unpainted = _is_unpainted(item, _fill(item))
            (hidden.certain if unpainted else hidden.suspect).add(ctypes.addressof(item.contents))


def _without_ground(page: pdfium.PdfPage, white: set[int]) -> set[int]:
    """Those of the white texts with nothing coloured painted under them before."""
    grounds: list[Box] = []
    lost = set()
    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        item = raw.FPDFPage_GetObject(page.raw, index)
        address = ctypes.addressof(item.contents)
        if address in white:
            left, bottom, right, top = _bounds(item)
            x, y = (left + right) / 2, (bottom + top) / 2
            if not any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in grounds):
                lost.add(address)
        elif len(grounds) < GROUNDS_MAX and _is_ground(item):
            grounds.append(_bounds(item))
    return lost


def without(text_page: pdfium.PdfTextPage, start: int, length: int, hidden: Hidden) -> str:
    """The letters from ``start`` on but the hidden ones."""
    kept = []
    for index in range(start, start + length):
        item = raw.FPDFText_GetTextObject(text_page, index)
        address = ctypes.addressof(item.contents) if item else 0
        if address in hidden.certain:
            continue
        if address in hidden.suspect and _is_letter_unseen(text_page, index, hidden.page):
            continue
        kept.append(chr(raw.FPDFText_GetUnicode(text_page, index)))
    return "".join(kept)


def _is_letter_unseen(text_page: pdfium.PdfTextPage, index: int, page: Box) -> bool:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
        return False
    box = (left.value, bottom.value, right.value, top.value)
    if box[2] <= box[0] and box[3] <= box[1]:
        return False  # a space has no extent
    wide, high = box[2] - box[0], box[3] - box[1]
    return _is_off(box, page) or max(wide, high) < FONT_SIZE_MIN / 2


def _is_off(box: Box, page: Box) -> bool:
    return box[2] <= page[0] or box[0] >= page[2] or box[3] <= page[1] or box[1] >= page[3]


def _is_unpainted(item: Any, colour: Colour) -> bool:
    return colour[3] == 0 or raw.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE


def _is_tiny(item: Any, box: Box) -> bool:
    if min(box[2] - box[0], box[3] - box[1]) >= FONT_SIZE_MIN / 2:
        return False
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    raw.FPDFTextObj_GetFontSize(item, size)
    raw.FPDFPageObj_GetMatrix(item, matrix)
    scale = max(math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d))
    return 0 < abs(size.value) * scale < FONT_SIZE_MIN


def _is_ground(item: Any) -> bool:
    """Whether white text stands out on it. A form may hold anything, so it counts."""
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        return False
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return True
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    filled = raw.FPDFPath_GetDrawMode(item, mode, stroke) and mode.value
    colour = _fill(item)
    return bool(filled) and colour[3] > 0 and min(colour[:3]) < WHITE_FROM


def _bounds(item: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _fill(item: Any) -> Colour:
    """Black where it has no colour of its own."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return 0, 0, 0, 255
    return red.value, green.value, blue.value, alpha.value
