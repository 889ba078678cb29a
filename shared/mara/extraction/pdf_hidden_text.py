"""Detects hidden text of a PDF page: invisible, transparent, off the page, white on white or tiny.

Prompt injections are hidden in documents this way.
"""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

from mara.extraction.pdfium import (
    Box,
    address_of,
    appearance_of,
    bounds_of,
    character_box,
    count_inside,
    count_objects,
    fill_of,
    object_at,
    object_inside,
    render_mode,
    text_object,
    type_of,
    unicode_at,
)

INVISIBLE = 3
"""Text render mode (ISO 32000-1, table 106)."""
FONT_SIZE_MIN = 1.0
"""Points; smaller text is not readable."""
WHITE_FROM = 250
"""Of 255, in each colour channel."""
FORMS_DEPTH_MAX = 15
"""Nesting of form objects; text nested deeper is not checked."""
BACKGROUNDS_MAX = 2000
"""Coloured areas that are kept for a page; white text on a later one counts as hidden."""


@dataclass(slots=True)
class Hidden:
    """Addresses of text objects; for ``suspect`` ones each character is checked by itself."""

    certain: set[int] = field(default_factory=set)
    suspect: set[int] = field(default_factory=set)
    page: Box = (0, 0, 0, 0)
    pictures: int = 0
    """Pictures on the page, which have no text."""
    texts: int = 0
    """Text objects on the page, those within forms not included."""

    def __bool__(self) -> bool:
        return bool(self.certain or self.suspect)


def hidden_objects(page: pdfium.PdfPage) -> Hidden:
    """Classify all text objects of the page."""
    hidden = Hidden(page=page.get_bbox())
    white: set[int] = set()
    handle = address_of(page.raw)
    count = count_objects(handle)
    others = 0
    for index in range(count):
        item = object_at(handle, index)
        mode = render_mode(item)
        if mode >= 0:
            _classify(item, mode, hidden, white)
            continue
        others += 1
        kind = type_of(item)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            _classify_form(item, hidden)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            hidden.pictures += 1
    hidden.texts = count - others
    if white:
        hidden.certain |= _without_background(handle, white)
    return hidden


def _classify(item: int, mode: int, hidden: Hidden, white: set[int]) -> None:
    red, green, blue, alpha, *sides = appearance_of(item)
    # Hot path: some programs draw each letter separately, thousands on a page.
    if mode == INVISIBLE or not alpha or _is_off(sides, hidden.page) or _is_tiny(item, sides):
        hidden.certain.add(item)
    elif red >= WHITE_FROM and green >= WHITE_FROM and blue >= WHITE_FROM:
        white.add(item)


def _classify_form(form: int, hidden: Hidden, depth: int = 1) -> None:
    """Inside a form, pdfium returns positions relative to the form: only suspect."""
    if depth > FORMS_DEPTH_MAX:
        return
    for index in range(count_inside(form)):
        item = object_inside(form, index)
        mode = render_mode(item)
        if mode >= 0:
            unpainted = mode == INVISIBLE or not fill_of(item)[3]
            (hidden.certain if unpainted else hidden.suspect).add(item)
        elif type_of(item) == raw.FPDF_PAGEOBJ_FORM:
            _classify_form(item, hidden, depth + 1)


def _without_background(page: int, white: set[int]) -> set[int]:
    """White text objects without a coloured object painted under them before."""
    backgrounds: list[Box] = []
    lost = set()
    for index in range(count_objects(page)):
        item = object_at(page, index)
        if item in white:
            left, bottom, right, top = bounds_of(item)
            x, y = (left + right) / 2, (bottom + top) / 2
            if not any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in backgrounds):
                lost.add(item)
        elif len(backgrounds) < BACKGROUNDS_MAX and _is_background(item):
            backgrounds.append(bounds_of(item))
    return lost


def without(text_page: pdfium.PdfTextPage, start: int, length: int, hidden: Hidden) -> str:
    """The ``length`` characters from ``start`` on, without the hidden ones."""
    kept = []
    handle = address_of(text_page.raw)
    for index in range(start, start + length):
        item = text_object(handle, index)
        if item in hidden.certain:
            continue
        if item in hidden.suspect and _is_character_hidden(handle, index, hidden.page):
            continue
        kept.append(chr(unicode_at(handle, index)))
    return "".join(kept)


def _is_character_hidden(handle: int, index: int, page: Box) -> bool:
    box = character_box(handle, index)
    wide, high = box[2] - box[0], box[3] - box[1]
    if wide <= 0 and high <= 0:
        return False  # a space has no extent
    return _is_off(box, page) or max(wide, high) < FONT_SIZE_MIN / 2


def _is_off(box: Sequence[float], page: Box) -> bool:
    return box[2] <= page[0] or box[0] >= page[2] or box[3] <= page[1] or box[1] >= page[3]


def _is_tiny(item: int, box: Sequence[float]) -> bool:
    if box[2] - box[0] >= FONT_SIZE_MIN / 2 and box[3] - box[1] >= FONT_SIZE_MIN / 2:
        return False
    pointer = ctypes.cast(item, raw.FPDF_PAGEOBJECT)
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    raw.FPDFTextObj_GetFontSize(pointer, size)
    raw.FPDFPageObj_GetMatrix(pointer, matrix)
    scale = max(math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d))
    return 0 < abs(size.value) * scale < FONT_SIZE_MIN


def _is_background(item: int) -> bool:
    """Whether white text is visible on it. A form may contain anything, so it counts."""
    kind = type_of(item)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        return False
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return True
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pointer = ctypes.cast(item, raw.FPDF_PAGEOBJECT)
    filled = raw.FPDFPath_GetDrawMode(pointer, mode, stroke) and mode.value
    colour = fill_of(item)
    return bool(filled) and colour[3] > 0 and min(colour[:3]) < WHITE_FROM
