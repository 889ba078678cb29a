"""Text that is in a PDF page and that nobody who looks at the page sees.

It is what instructions are smuggled in with: invisible, transparent, off the page, white on white,
or too small to read.
"""

import ctypes
import math
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

INVISIBLE = 3
"""Text render mode (ISO 32000-1, table 106)."""
FONT_SIZE_MIN = 1.0
"""Points; nobody reads less."""
WHITE_FROM = 250
"""Of 255, in each colour."""
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
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        address = ctypes.addressof(item.raw.contents)
        # Of what stands in a form, pdfium tells the place in the form and not on the page.
        nested = item.level > 0
        colour = _fill(item)
        if _is_unpainted(item, colour):
            hidden.certain.add(address)
        elif nested:
            hidden.suspect.add(address)
        elif _is_off(item.get_bounds(), hidden.page) or _is_tiny(item):
            hidden.certain.add(address)
        elif _is_white(colour):
            white.add(address)
    if white:
        hidden.certain |= _without_ground(page, white)
    return hidden


def _without_ground(page: pdfium.PdfPage, white: set[int]) -> set[int]:
    """Those of the white texts with nothing coloured painted under them before."""
    grounds: list[Box] = []
    lost = set()
    for item in page.get_objects(max_depth=1):
        address = ctypes.addressof(item.raw.contents)
        if address in white:
            left, bottom, right, top = item.get_bounds()
            x, y = (left + right) / 2, (bottom + top) / 2
            if not any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in grounds):
                lost.add(address)
        elif _is_ground(item) and len(grounds) < GROUNDS_MAX:
            grounds.append(item.get_bounds())
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


def _is_unpainted(item: pdfium.PdfObject, colour: Colour | None) -> bool:
    if raw.FPDFTextObj_GetTextRenderMode(item.raw) == INVISIBLE:
        return True
    return colour is not None and colour[3] == 0


def _is_tiny(item: pdfium.PdfObject) -> bool:
    size = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(item.raw, size)
    matrix = item.get_matrix()
    scale = max(math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d))
    left, bottom, right, top = item.get_bounds()
    small = min(right - left, top - bottom) < FONT_SIZE_MIN / 2
    return small and 0 < abs(size.value) * scale < FONT_SIZE_MIN


def _is_white(colour: Colour | None) -> bool:
    return colour is not None and min(colour[:3]) >= WHITE_FROM


def _is_ground(item: pdfium.PdfObject) -> bool:
    """Whether white text stands out on it. A form may hold anything, so it counts."""
    if item.type == raw.FPDF_PAGEOBJ_TEXT:
        return False
    if item.type != raw.FPDF_PAGEOBJ_PATH:
        return True
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    filled = raw.FPDFPath_GetDrawMode(item.raw, mode, stroke) and mode.value
    colour = _fill(item)
    return bool(filled) and colour is not None and colour[3] > 0 and not _is_white(colour)


def _fill(item: pdfium.PdfObject) -> Colour | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(item.raw, *parts):
        return None
    red, green, blue, alpha = (part.value for part in parts)
    return red, green, blue, alpha
