"""Fast bindings for the pdfium functions that are called for every line and object of a page.

They are pypdfium2's functions with pointers passed as integers: ctypes makes a Python object of
every pointer, which costs more than most of these calls.
"""

import ctypes
from collections.abc import Callable
from ctypes import c_double, c_int, c_uint, c_void_p
from struct import Struct
from typing import Any

from pypdfium2 import raw

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""
Colour = tuple[int, int, int, int]
"""Red, green, blue and alpha, 0 to 255."""


def _bind(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    # PYFUNCTYPE keeps the GIL: this process has one thread.
    return ctypes.PYFUNCTYPE(result, *arguments)(address_of(function))


def address_of(pointer: Any) -> int:
    """The address of a function of pypdfium2, or of the object behind one of its handles."""
    return ctypes.cast(pointer, c_void_p).value or 0


count_objects = _bind(raw.FPDFPage_CountObjects, c_int, c_void_p)
object_at = _bind(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
count_inside = _bind(raw.FPDFFormObj_CountObjects, c_int, c_void_p)
object_inside = _bind(raw.FPDFFormObj_GetObject, c_void_p, c_void_p, c_int)
type_of = _bind(raw.FPDFPageObj_GetType, c_int, c_void_p)
render_mode = _bind(raw.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
"""-1 for an object that is not text."""
character_at = _bind(raw.FPDFText_GetCharIndexFromTextIndex, c_int, c_void_p, c_int)
font_size = _bind(raw.FPDFText_GetFontSize, c_double, c_void_p, c_int)
text_object = _bind(raw.FPDFText_GetTextObject, c_void_p, c_void_p, c_int)
"""``None`` for a character that pdfium inserted, such as the space between two words."""
angle_at = _bind(raw.FPDFText_GetCharAngle, ctypes.c_float, c_void_p, c_int)
"""Of a character, clockwise, in radians."""
is_unmapped = _bind(raw.FPDFText_HasUnicodeMapError, c_int, c_void_p, c_int)
"""Whether the font does not tell which letter a character is."""
count_annotations = _bind(raw.FPDFPage_GetAnnotCount, c_int, c_void_p)
unicode_at = _bind(raw.FPDFText_GetUnicode, c_uint, c_void_p, c_int)

_get_fill = _bind(raw.FPDFPageObj_GetFillColor, c_int, *[c_void_p] * 5)
_get_character_box = _bind(raw.FPDFText_GetCharBox, c_int, c_void_p, c_int, *[c_void_p] * 4)
_get_bounds = _bind(raw.FPDFPageObj_GetBounds, c_int, *[c_void_p] * 5)

_APPEARANCE = Struct("4I4f")
_buffer = ctypes.create_string_buffer(_APPEARANCE.size)
_places = [ctypes.addressof(_buffer) + at for at in range(0, _APPEARANCE.size, 4)]
_FILL, _BOUNDS = _places[:4], _places[4:]
_BLACK = (0, 0, 0, 255)


def appearance_of(item: int) -> tuple[int, int, int, int, float, float, float, float]:
    """The fill Colour, black where the object has none of its own, and the bounding Box."""
    filled = _get_fill(item, *_FILL)
    _get_bounds(item, *_BOUNDS)
    appearance: Any = _APPEARANCE.unpack_from(_buffer)
    return appearance if filled else (*_BLACK, *appearance[4:])


def fill_of(item: int) -> Colour:
    """The fill colour of a page object."""
    return appearance_of(item)[:4]


def bounds_of(item: int) -> Box:
    """The bounding box of a page object."""
    return appearance_of(item)[4:]


_CHARACTER_BOX = Struct("4d")
_box_buffer = ctypes.create_string_buffer(_CHARACTER_BOX.size)
_box_places = [ctypes.addressof(_box_buffer) + at for at in range(0, _CHARACTER_BOX.size, 8)]


def character_box(text_page: int, index: int) -> Box:
    """The bounding box of a character; zeros for one that pdfium inserted."""
    left, bottom, right, top = _box_places
    # The function's order is left, right, bottom, top.
    if not _get_character_box(text_page, index, left, right, bottom, top):
        return (0.0, 0.0, 0.0, 0.0)
    box: Box = _CHARACTER_BOX.unpack_from(_box_buffer)
    return box
