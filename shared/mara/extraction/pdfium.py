"""The calls of pdfium that are made for every line and every object of a page.

They are pypdfium2's functions, told to take and give addresses as numbers: pypdfium2 makes an
object of every pointer, which costs more than most of these calls do.
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
"""Red, green, blue, and how opaque it is: 0 to 255."""


def _told(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    # Under the interpreter's lock: nobody else is here to wait for it.
    return ctypes.PYFUNCTYPE(result, *arguments)(address_of(function))


def address_of(pointer: Any) -> int:
    """Of a function of pypdfium2, or of what one of its handles stands for."""
    return ctypes.cast(pointer, c_void_p).value or 0


count_objects = _told(raw.FPDFPage_CountObjects, c_int, c_void_p)
object_at = _told(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
count_inside = _told(raw.FPDFFormObj_CountObjects, c_int, c_void_p)
object_inside = _told(raw.FPDFFormObj_GetObject, c_void_p, c_void_p, c_int)
type_of = _told(raw.FPDFPageObj_GetType, c_int, c_void_p)
render_mode = _told(raw.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
"""-1 for what is no text."""
character_at = _told(raw.FPDFText_GetCharIndexFromTextIndex, c_int, c_void_p, c_int)
font_size = _told(raw.FPDFText_GetFontSize, c_double, c_void_p, c_int)
text_object = _told(raw.FPDFText_GetTextObject, c_void_p, c_void_p, c_int)
"""``None`` for a letter that pdfium put in, such as the space between two words."""
unicode_at = _told(raw.FPDFText_GetUnicode, c_uint, c_void_p, c_int)

_get_fill = _told(raw.FPDFPageObj_GetFillColor, c_int, *[c_void_p] * 5)
_get_bounds = _told(raw.FPDFPageObj_GetBounds, c_int, *[c_void_p] * 5)

_LOOKS = Struct("4I4f")
_buffer = ctypes.create_string_buffer(_LOOKS.size)
_places = [ctypes.addressof(_buffer) + at for at in range(0, _LOOKS.size, 4)]
_FILL, _BOUNDS = _places[:4], _places[4:]
_BLACK = (0, 0, 0, 255)


def looks_of(item: int) -> tuple[int, int, int, int, float, float, float, float]:
    """How it is filled, a Colour, black where it has none of its own; and where it is, a Box."""
    filled = _get_fill(item, *_FILL)
    _get_bounds(item, *_BOUNDS)
    looks: Any = _LOOKS.unpack_from(_buffer)
    return looks if filled else (*_BLACK, *looks[4:])


def fill_of(item: int) -> Colour:
    return looks_of(item)[:4]


def bounds_of(item: int) -> Box:
    return looks_of(item)[4:]
