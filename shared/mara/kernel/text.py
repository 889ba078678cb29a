"""Which characters a text may have, everywhere: text of clients is checked, other text is cleaned.

The set is that of RFC 9839, "Unicode Assignables": no control characters but tab, line feed and
carriage return, no lone surrogates, and no noncharacters. PostgreSQL refuses U+0000, UTF-8 cannot
encode surrogates, and the others are invisible.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from mara.kernel.errors import Invalid

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

Location = tuple[str | int, ...]
"""The keys and indexes that lead to a value in parsed JSON."""

_PLANES = range(0, 0x110000, 0x10000)
_NONCHARACTERS = "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in _PLANES)
UNUSABLE = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]"
)
"""One character that no text may have."""

_LINE_ENDS = frozenset("\x0b\x0c\x1c\x1d\x1e\x85")
"""Control characters that end a line: without a substitute, they would join two words."""


class UnusableText(Invalid):
    """The text has a character that cannot be stored."""

    title: ClassVar[str] = "The text has characters that cannot be stored"


def clean(text: str) -> str:
    """Return ``text`` without unusable characters.

    A control character that ends a line becomes a line feed, a lone surrogate becomes U+FFFD, and
    the others are removed.
    """
    return text if _is_printable_ascii(text) else UNUSABLE.sub(_substitute, text)


def mask(text: str) -> str:
    """Return ``text`` with U+FFFD in place of each unusable character.

    For values that are compared, such as tokens: removing a character could make two equal.
    """
    return text if _is_printable_ascii(text) else UNUSABLE.sub(REPLACEMENT, text)


def unusable_in(value: object, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """Yield the location of each string with an unusable character, and that character's name.

    ``value`` is parsed JSON, at ``location``; a name is ``U+0000``, for example. A key with an
    unusable character is reported at its object, because a pointer cannot repeat it.
    """
    waiting: list[tuple[Location, object]] = [(location, value)]
    while waiting:
        at, found = waiting.pop()
        if isinstance(found, str):
            if bad := UNUSABLE.search(found):
                yield at, f"U+{ord(bad.group()):04X}"
        elif isinstance(found, list):
            waiting += [((*at, index), item) for index, item in enumerate(found)]
        elif isinstance(found, dict):
            waiting += [(at, key) for key in found]
            waiting += [((*at, clean(key)), item) for key, item in found.items()]


def clean_json(value: object) -> object:
    """Return parsed JSON with all its strings cleaned. Raises RecursionError if it is too deep."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_json(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean_json(item) for key, item in value.items()}
    return value


def _is_printable_ascii(text: str) -> bool:
    """Whether each character is one of U+0020 to U+007E.

    Headers usually are: two scans in C take a small part of the expression's time, which every
    request would pay for each of its headers.
    """
    return text.isascii() and text.isprintable()


def _substitute(found: re.Match[str]) -> str:
    character = found.group()
    if character in _LINE_ENDS:
        return "\n"
    return REPLACEMENT if "\ud800" <= character <= "\udfff" else ""
