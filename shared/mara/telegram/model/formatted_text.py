"""Formatted text of Telegram messages: spans of text with entities in UTF-16 code units.

Source: https://core.telegram.org/api/entities, and Bot API, section MessageEntity. Entities do not
nest here: every span has at most one format.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mara.kernel.text import mask

REMOVED: Final = re.compile(r"[\r\u2028-\u202e\u0333\u033f\u030a]")
"""What Telegram's server removes (tdlib, `clean_input_string`); direction marks would reorder."""
SPACED: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters, which Telegram's server replaces by spaces."""


class TextFormat(StrEnum):
    """The types of MessageEntity that MARA sends."""

    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    PRE = "pre"
    TEXT_LINK = "text_link"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text in one format; None is plain. ``url`` is that of a link."""

    text: str
    format: TextFormat | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if (self.url is not None) != (self.format is TextFormat.TEXT_LINK):
            raise ValueError("a link, and nothing else, has an address")


@dataclass(frozen=True, slots=True)
class MessageEntity:
    """The format of ``length`` UTF-16 code units from ``offset`` on."""

    format: TextFormat
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Spans in their order; those that are neighbours in one format are one entity."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, *parts: "Span | str") -> "FormattedText":
        """A text of these parts, cleaned as ``clean`` does; strings are plain."""
        spans = [part if isinstance(part, Span) else Span(part) for part in parts]
        return cls(_merged(replace(span, text=clean(span.text)) for span in spans))

    def __add__(self, other: "FormattedText") -> "FormattedText":
        return FormattedText(_merged((*self.spans, *other.spans)))

    @property
    def text(self) -> str:
        """The text without its formats."""
        return "".join(span.text for span in self.spans)

    @property
    def units(self) -> int:
        """The length in UTF-16 code units, in which Telegram counts."""
        return units_of(self.text)

    @property
    def entities(self) -> tuple[MessageEntity, ...]:
        """The formats, ascending by offset."""
        found, offset = [], 0
        for span in self.spans:
            length = units_of(span.text)
            if span.format is not None:
                found.append(MessageEntity(span.format, offset, length, span.url))
            offset += length
        return tuple(found)

    def stripped(self) -> "FormattedText":
        """The text without whitespace around it, which Telegram would remove."""
        text = self.text
        start = len(text) - len(text.lstrip())
        return self.cut(start, max(len(text.rstrip()), start))

    def cut(self, start: int, end: int) -> "FormattedText":
        """The characters from ``start`` up to ``end``, in their formats."""
        return FormattedText(_merged(_cut(self.spans, start, end)))


def clean(text: str) -> str:
    """The text as Telegram's server stores it; NUL and lone surrogates become U+FFFD."""
    return REMOVED.sub("", mask(SPACED.sub(" ", text)))


def units_of(text: str) -> int:
    """The length of the text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if found and (found[-1].format, found[-1].url) == (span.format, span.url):
            found[-1] = replace(span, text=found[-1].text + span.text)
        else:
            found.append(span)
    return tuple(found)


def _cut(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    place = 0
    for span in spans:
        first, last = max(start - place, 0), max(end - place, 0)
        yield replace(span, text=span.text[first:last])
        place += len(span.text)
