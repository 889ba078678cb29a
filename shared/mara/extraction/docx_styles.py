"""Styles of a Word document: heading levels, lists, hidden text.

Element names are those of ECMA-376, part 1, section 17.
"""

import re
import zipfile
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, parse

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

LEVEL_OF_BODY = 9
"""The outline level of body text (17.3.1.20)."""

BASES_MAX = 20
"""Length of the chain of base styles: a cycle ends there."""

_HEADING = re.compile(r"(?:heading|заголовок)\s*(\d)", re.IGNORECASE)
_OFF = {"0", "false", "off", "none"}


@dataclass(slots=True)
class Style:
    """A paragraph or character style; ``base`` is the id of the style it inherits from."""

    name: str = ""
    base: str | None = None
    level: int | None = None
    is_list: bool = False
    hidden: bool = False


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

    def list_mark(self, paragraph: Element) -> str:
        """A dash indented by the list depth; empty for other paragraphs."""
        number = child_value(paragraph, f"{W}pPr/{W}numPr/{W}numId")
        styles = self._of(child_value(paragraph, f"{W}pPr/{W}pStyle"))
        if number == "0" or (number is None and not any(style.is_list for style in styles)):
            return ""
        depth = child_value(paragraph, f"{W}pPr/{W}numPr/{W}ilvl") or "0"
        return "  " * min(int(depth) if depth.isdecimal() else 0, LEVEL_OF_BODY) + "- "

    def hides(self, properties: Element | None, style_tag: str) -> bool:
        """Whether the style of a run or a paragraph hides its text."""
        if properties is None:
            return False
        return any(style.hidden for style in self._of(child_value(properties, f"{W}{style_tag}")))

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


def read_styles(archive: zipfile.ZipFile) -> Styles:
    """Parse ``word/styles.xml``; empty where the document has none."""
    if "word/styles.xml" not in archive.namelist():
        return Styles()
    with archive.open("word/styles.xml") as part:
        root = parse(part).getroot()  # noqa: S314 - the guards reject every entity
    return Styles({s.get(f"{W}styleId", ""): _style(s) for s in root.iter(f"{W}style")})


def _style(element: Element) -> Style:
    name = child_value(element, f"{W}name") or ""
    return Style(
        name=name,
        base=child_value(element, f"{W}basedOn"),
        level=_level(name, element.find(f"{W}pPr")),
        is_list=name.startswith("List") or element.find(f"{W}pPr/{W}numPr") is not None,
        hidden=is_on(element.find(f"{W}rPr"), f"{W}vanish"),
    )


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
