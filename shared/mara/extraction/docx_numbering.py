"""Automatic numbers of a Word document: they are computed, and stand nowhere in its text.

Element names are those of ECMA-376, part 1, section 17.9.
"""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from mara.extraction.docx_number_formats import formatted
from mara.extraction.docx_styles import LEVEL_OF_BODY, W, child_value, is_on

BULLET = "bullet"
_PLACEHOLDER = re.compile(r"%(\d)")
_LIST_MAX = 10_000
"""Definitions that are read; a document has a few dozen."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: how its numbers are counted and written."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    """``%1.%2`` stands for the numbers of the first and the second level."""
    restarts_after: int | None = None
    """Counted from 1: only a number of this level or above it restarts the count; 0 for never."""
    in_digits: bool = False
    style: str | None = None
    """Id of the paragraph style that has this level."""


@dataclass(slots=True)
class Definition:
    """A list of several levels, and the numbers that it reached."""

    levels: dict[int, Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    style: str | None = None
    """Name of the numbering style that has the levels of this definition."""


@dataclass(slots=True)
class Instance:
    """A list that counts on in its definition, or from ``starts`` on where it has them."""

    definition: Definition
    levels: dict[int, Level] = field(default_factory=dict)
    """These replace the levels of the definition."""
    starts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Numbering:
    """Counts the paragraphs of all lists, in reading order."""

    instances: dict[str, Instance] = field(default_factory=dict)

    def level_of_style(self, number_id: str, styles: list[str]) -> int:
        """The level that is linked with one of the paragraph styles, else the first."""
        found = self.instances.get(number_id)
        levels = found.definition.levels.items() if found else ()
        return next((depth for depth, level in levels if level.style in styles), 0)

    def next_mark(self, number_id: str, depth: int) -> str | None:
        """Count a paragraph; return its number, "-" for a bullet, "" where the list shows none.

        ``None`` means that the list is not defined.
        """
        found = self.instances.get(number_id)
        level = _level(found, depth) if found else None
        if found is None or level is None:
            return None
        counts = found.definition.counts
        start = found.starts.pop(depth, None)
        counts[depth] = counts.get(depth, level.start - 1) + 1 if start is None else start
        for deeper in [key for key in counts if key > depth]:
            after = (_level(found, deeper) or level).restarts_after
            if after is None or depth < after:
                del counts[deeper]
        if level.format == BULLET:
            return "-"
        return _PLACEHOLDER.sub(lambda place: _number(found, level, int(place[1]) - 1), level.text)


def _level(instance: Instance, depth: int) -> Level | None:
    return instance.levels.get(depth) or instance.definition.levels.get(depth)


def _number(instance: Instance, of: Level, depth: int) -> str:
    level = _level(instance, depth) or Level()
    number = instance.definition.counts.get(depth, level.start)
    return formatted(number, "decimal" if of.in_digits else level.format)


def read_numbering(root: Element | None) -> Numbering:
    """Read the part ``numbering``; without one, no list is defined."""
    if root is None:
        return Numbering()
    definitions = {
        each.get(f"{W}abstractNumId", ""): _definition(each)
        for each in root.findall(f"{W}abstractNum")[:_LIST_MAX]
    }
    # A definition may refer to the numbering style that another one defines.
    by_style = {
        child_value(each, f"{W}styleLink"): definitions[each.get(f"{W}abstractNumId", "")]
        for each in root.findall(f"{W}abstractNum")[:_LIST_MAX]
        if child_value(each, f"{W}styleLink")
    }
    found = Numbering()
    for number in root.findall(f"{W}num")[:_LIST_MAX]:
        definition = definitions.get(child_value(number, f"{W}abstractNumId") or "")
        if definition is not None:
            definition = by_style.get(definition.style, definition)
            found.instances[number.get(f"{W}numId", "")] = _instance(number, definition)
    return found


def _definition(element: Element) -> Definition:
    levels = dict(map(_level_of, element.findall(f"{W}lvl")))
    return Definition(levels, style=child_value(element, f"{W}numStyleLink"))


def _instance(element: Element, definition: Definition) -> Instance:
    made = Instance(definition)
    for override in element.findall(f"{W}lvlOverride"):
        depth = _integer(override.get(f"{W}ilvl"), 0)
        level = override.find(f"{W}lvl")
        if level is not None:
            made.levels[depth] = _level_of(level)[1]
        start = child_value(override, f"{W}startOverride")
        if start is not None:
            made.starts[depth] = _integer(start, 1)
    return made


def _level_of(element: Element) -> tuple[int, Level]:
    restart = child_value(element, f"{W}lvlRestart")
    level = Level(
        start=_integer(child_value(element, f"{W}start"), 1),
        format=child_value(element, f"{W}numFmt") or "decimal",
        text=child_value(element, f"{W}lvlText") or "",
        restarts_after=None if restart is None else _integer(restart, 0),
        in_digits=is_on(element, f"{W}isLgl"),
        style=child_value(element, f"{W}pStyle"),
    )
    return min(_integer(element.get(f"{W}ilvl"), 0), LEVEL_OF_BODY), level


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() else default
