"""Shapes of a Word document: text boxes and their fill, pictures and charts.

They are DrawingML in present files and VML in old ones and in compatibility fallbacks.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from mara.extraction.docx_styles import WHITE, W

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_VML = "{urn:schemas-microsoft-com:vml}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_PICTURES = {
    "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic",
    f"{_VML}imagedata",
}
_GROUPS = {
    "{http://schemas.microsoft.com/office/word/2010/wordprocessingGroup}wgp",
    "{http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas}wpc",
}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{W}txbxContent"
UNSEEN = {_FALLBACK, f"{W}del", f"{W}moveFrom"}
"""Deleted text, the origin of moved text, and what repeats a drawing in an older form."""
_FILLS = {f"{_A}{name}" for name in ("gradFill", "blipFill", "pattFill", "grpFill")}


def boxes_in(parent: Element, *, filled: bool = False) -> Iterator[tuple[Element, bool]]:
    """Text boxes anchored in a paragraph, and whether they have a coloured ground.

    Without their compatibility fallbacks, which repeat them.
    """
    for child in parent:
        if child.tag == _BOX:
            yield child, filled
        elif child.tag not in UNSEEN:
            yield from boxes_in(child, filled=filled or has_fill(child))


def has_fill(shape: Element) -> bool:
    """Whether the element is a shape with a fill that is not white."""
    if shape.tag == f"{_WPS}wsp":
        return _has_drawn_fill(shape)
    if shape.tag in _GROUPS:  # one shape of a group may be the ground of another
        return has_picture(shape) or any(map(_has_drawn_fill, shape.iter(f"{_WPS}wsp")))
    if shape.tag.startswith(_VML):
        colour = shape.get("fillcolor", "white").split()[0:1]
        is_on = shape.get("filled", "t").lower() not in {"f", "false"}
        name = colour[0].lstrip("#").upper() if colour else "WHITE"
        return is_on and name not in {"WHITE", "FFF", *WHITE}
    return False


def _has_drawn_fill(shape: Element) -> bool:
    properties = shape.find(f"{_WPS}spPr")
    for fill in () if properties is None else properties:
        if fill.tag == f"{_A}noFill":
            return False
        if fill.tag == f"{_A}solidFill":
            colour = fill.find(f"{_A}srgbClr")
            if colour is not None:
                return colour.get("val", "").upper() not in WHITE
            scheme = fill.find(f"{_A}schemeClr")
            return scheme is None or scheme.get("val") not in {"bg1", "lt1"} or len(scheme) > 0
        if fill.tag in _FILLS:
            return True
    reference = shape.find(f"{_WPS}style/{_A}fillRef")
    return reference is not None and reference.get("idx", "0") != "0"


def has_chart(drawing: Element) -> bool:
    """Whether the drawing is a chart."""
    return next(drawing.iter(_CHART), None) is not None


def has_picture(drawing: Element) -> bool:
    """Whether the drawing shows a picture."""
    return any(each.tag in _PICTURES for each in drawing.iter())
