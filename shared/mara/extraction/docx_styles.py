"""Styles of a Word document: heading levels, lists, hidden, coloured and raised text.

Element names are those of ECMA-376, part 1, section 17.
"""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

LEVEL_OF_BODY = 9
"""The outline level of body text (17.3.1.20)."""

BASES_MAX = 20
"""Length of the chain of base styles: a cycle ends there."""

_HEADING = re.compile(r"(?:heading|заголовок)\s*(\d)", re.IGNORECASE)
_OFF = {"0", "false", "off", "none"}
_WITHOUT_MARK = ("List Paragraph", "List Continue")
"""Styles of lists that put no mark before a paragraph."""

WHITE = {"FFFFFF", "FEFEFE"}


@dataclass(slots=True)
class Style:
    """A paragraph or character style; ``base`` is the id of the style it inherits from."""

    name: str = ""
    base: str | None = None
    level: int | None = None
    is_list: bool = False
    number_id: str | None = None
    """The list that the paragraphs of this style belong to, and the level in it."""
    depth: int | None = None
    hidden: bool = False
    is_white: bool | None = None
    is_shaded: bool | None = None
    position: str | None = None
    """``superscript``, ``subscript`` or ``baseline``."""
    font: str | None = None


@dataclass(frozen=True, slots=True)
class Styles:
    """All styles of a document, by id."""

    by_id: dict[str, Style] = field(default_factory=dict)

    def level(self, paragraph: Element) -> int | None:
        """The heading level, 0 for the title; ``None`` for other paragraphs."""
        own = _outline(paragraph.find(f"{W}pPr"))
        if own is not None:
            return own if own <= LEVEL_OF_BODY else None
        levels = (style.level for style in self._of(child_value(paragraph, f"{W}pPr/{W}pStyle")))
        found = next((level for level in levels if level is not None), None)
        return found if found is None or found <= LEVEL_OF_BODY else None

    def number_of(self, paragraph: Element) -> tuple[str | None, int | None]:
        """The id of the paragraph's list and its level, where they are given; "0" for no list."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        number_id = None if own is None else child_value(own, f"{W}numId")
        depth = None if own is None else child_value(own, f"{W}ilvl")
        known = int(depth) if depth is not None and depth.isdecimal() else None
        for style in self._of(child_value(paragraph, f"{W}pPr/{W}pStyle")):
            if number_id is None:
                number_id = style.number_id
            if known is None and (own is None or child_value(own, f"{W}numId") is None):
                known = style.depth
        return number_id, None if known is None else min(known, LEVEL_OF_BODY)

    def ids_of(self, paragraph: Element) -> list[str]:
        """The ids of the paragraph's style and of its base styles."""
        style_id = child_value(paragraph, f"{W}pPr/{W}pStyle")
        bases = [style.base for style in self._of(style_id)]
        return [each for each in (style_id, *bases) if each is not None]

    def is_list(self, paragraph: Element) -> bool:
        """Whether the paragraph's style is one of lists."""
        styles = self._of(child_value(paragraph, f"{W}pPr/{W}pStyle"))
        return any(style.is_list for style in styles)

    def hides(self, properties: Element | None, style_tag: str) -> bool:
        """Whether the style of a run or a paragraph hides its text."""
        return any(style.hidden for style in self.of(properties, style_tag))

    def of(self, properties: Element | None, style_tag: str) -> "list[Style]":
        """The style that the properties of a run or a paragraph name, and its base styles."""
        if properties is None:
            return []
        return self._of(child_value(properties, f"{W}{style_tag}"))

    def _of(self, style_id: str | None) -> list[Style]:
        """The style and its base styles."""
        found: list[Style] = []
        while style_id is not None and len(found) < BASES_MAX:
            style = self.by_id.get(style_id)
            if style is None:
                break
            found.append(style)
            style_id = style.base
        return found


def read_styles(root: Element | None) -> Styles:
    """Read the part ``styles``; empty where the document has none."""
    if root is None:
        return Styles()
    return Styles({s.get(f"{W}styleId", ""): _style(s) for s in root.iter(f"{W}style")})


def _style(element: Element) -> Style:
    name = child_value(element, f"{W}name") or ""
    of_text, of_paragraph = element.find(f"{W}rPr"), element.find(f"{W}pPr")
    depth = child_value(element, f"{W}pPr/{W}numPr/{W}ilvl")
    number_id = child_value(element, f"{W}pPr/{W}numPr/{W}numId")
    return Style(
        name=name,
        base=child_value(element, f"{W}basedOn"),
        level=_level(name, of_paragraph),
        is_list=name.startswith("List") and not name.startswith(_WITHOUT_MARK),
        number_id=number_id,
        depth=int(depth) if depth is not None and depth.isdecimal() else None,
        hidden=is_on(of_text, f"{W}vanish"),
        is_white=is_white(of_text),
        is_shaded=is_shaded(of_text) or is_shaded(of_paragraph) or None,
        position=None if of_text is None else child_value(of_text, f"{W}vertAlign"),
        font=font_of(of_text),
    )


def is_white(properties: Element | None) -> bool | None:
    """Whether the letters are white; ``None`` where no colour is given."""
    colour = None if properties is None else child_value(properties, f"{W}color")
    return None if colour is None else colour.upper() in WHITE


def is_shaded(properties: Element | None) -> bool:
    """Whether the text has a coloured background."""
    if properties is None:
        return False
    highlight = child_value(properties, f"{W}highlight")
    if highlight is not None and highlight not in {"none", "white"}:
        return True
    shading = properties.find(f"{W}shd")
    fill = "" if shading is None else shading.get(f"{W}fill", "auto").upper()
    return fill not in {"", "AUTO", *WHITE}


def font_of(properties: Element | None) -> str | None:
    """The font of Latin letters, where one is given."""
    fonts = None if properties is None else properties.find(f"{W}rFonts")
    return None if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi")


def _level(name: str, properties: Element | None) -> int | None:
    if name == "Title":
        return 0
    found = _HEADING.match(name)
    return int(found[1]) if found else _outline(properties)


def _outline(properties: Element | None) -> int | None:
    """The outline level counted from 1; LEVEL_OF_BODY + 1 for explicit body text."""
    if properties is None:
        return None
    value = child_value(properties, f"{W}outlineLvl")
    return int(value) + 1 if value is not None and value.isdecimal() else None


def child_value(parent: Element, path: str) -> str | None:
    """The ``w:val`` of the element at the path."""
    found = parent.find(path)
    return None if found is None else found.get(f"{W}val")


def is_on(properties: Element | None, tag: str) -> bool:
    """Whether a toggle property such as ``w:vanish`` is present and not off (17.17.4)."""
    found = None if properties is None else properties.find(tag)
    return found is not None and found.get(f"{W}val", "1") not in _OFF
