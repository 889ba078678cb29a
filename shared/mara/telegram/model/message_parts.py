"""The division of a long text into messages that Telegram takes whole.

A message has at most 4096 characters (Bot API, sendMessage) and 100 entities; further entities are
ignored. Characters are counted as UTF-16 code units, of which there are at least as many.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from mara.telegram.model.formatted_text import FormattedText, units_of

UNITS_MAX: Final = 4096
ENTITIES_MAX: Final = 100
FULL_ENOUGH: Final = 0.5
"""A better place to cut counts only if the part before it is as full as this."""
BREAKS: Final = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"\s"))
"""Ends of paragraphs, lines and words; the best first."""
JOINER: Final = "\u200d"
INVISIBLE: Final = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})
"""Categories of characters that show nothing: a text of them alone is empty for Telegram."""


def parts_of(
    text: FormattedText, *, first_max: int = UNITS_MAX, units_max: int = UNITS_MAX
) -> list[FormattedText]:
    """Divide the text into parts of at most ``units_max`` UTF-16 units, the first ``first_max``.

    Each is stripped and shows something; together they are the text but for whitespace at the cuts.
    A cut is between paragraphs, else lines, else words, and inside an entity only where that is
    longer than a part. Raises ValueError if a maximum is not positive.
    """
    if min(first_max, units_max) < 2:  # noqa: PLR2004 - a character may have two units
        raise ValueError("a part has room for one character at least")
    found: list[FormattedText] = []
    rest = text.stripped()
    while rest.text:
        end = _end_of_part(rest, units_max if found else first_max)
        part = rest.cut(0, end).stripped()
        if _shows_something(part.text):
            found.append(part)
        rest = rest.cut(end, len(rest.text)).stripped()
    return found


def _end_of_part(text: FormattedText, units_max: int) -> int:
    """Where the first part ends, in characters."""
    longest = min(_fitting(text.text, units_max), _with_entities(text))
    if longest == len(text.text):
        return longest
    inside = [place for place in _inside_entities(text, units_max) if place[0] <= longest]
    starts = [start for start, end in inside if 0 < start <= longest < end]
    end = _best_end(text.text, longest, _outside(inside), starts)
    # Inside an entity that fits into a part only where the first part is too short for it.
    return end or _best_end(text.text, longest, lambda _: True, []) or longest


def _best_end(
    text: str, longest: int, usable: Callable[[int], bool], starts: Sequence[int]
) -> int | None:
    """The best usable place to cut; None without any. ``starts`` are those of cut entities."""
    for least in (int(longest * FULL_ENOUGH), 1):
        for kind in BREAKS:
            ends = [found.start() for found in kind.finditer(text, least, longest + 1)]
            breaks = [end for end in ends if least <= end <= longest and usable(end)]
            if breaks:
                return breaks[-1]
    if starts:
        return starts[0]
    places = [place for place in range(longest, 0, -1) if usable(place)]
    whole = (place for place in places if _between_characters(text, place))
    return next(whole, places[0] if places else None)


def _fitting(text: str, units_max: int) -> int:
    """How many characters have at most so many units."""
    if units_of(text) <= units_max:
        return len(text)
    units = 0
    for place, character in enumerate(text):
        units += units_of(character)
        if units > units_max:
            return place
    return len(text)


def _with_entities(text: FormattedText) -> int:
    """How many characters come before the first entity that is too many."""
    place = entities = 0
    for span in text.spans:
        entities += span.format is not None
        if entities > ENTITIES_MAX:
            return place
        place += len(span.text)
    return place


def _inside_entities(text: FormattedText, units_max: int) -> list[tuple[int, int]]:
    """Start and end, in characters, of the entities that fit into a part."""
    found, place = [], 0
    for span in text.spans:
        end = place + len(span.text)
        if span.format is not None and units_of(span.text) <= units_max:
            found.append((place, end))
        place = end
    return found


def _outside(entities: list[tuple[int, int]]) -> Callable[[int], bool]:
    return lambda place: not any(start < place < end for start, end in entities)


def _between_characters(text: str, place: int) -> bool:
    """Whether a cut at this place divides no character from its marks and joiners."""
    return text[place - 1] != JOINER and not _continues(text[place])


def _continues(character: str) -> bool:
    return character == JOINER or unicodedata.category(character).startswith("M")


def _shows_something(text: str) -> bool:
    return any(unicodedata.category(character) not in INVISIBLE for character in text)
