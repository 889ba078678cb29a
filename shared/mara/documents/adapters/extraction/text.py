"""Plain text: its encoding, and its paragraphs."""

import re
from collections.abc import Iterator

from mara.documents.model import Block, Place

_PARAGRAPH = re.compile(r"\n(?:[ \t]*\n)+")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 64 * 1024
# The letters that Russian uses most; in the wrong encoding they become the rarest.
_FREQUENT = frozenset("оеаинтсрвлОЕАИНТСРВЛ")


def decode(content: bytes) -> str:
    """UTF-8, UTF-16 and UTF-32 by their marks or shape, else CP1251 or KOI8-R by letter counts."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _normalise(content.decode(encoding, "replace"))
    if unmarked := _utf16_by_shape(content):
        return _normalise(content.decode(unmarked, "replace"))
    try:
        return _normalise(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _normalise(content.decode(_cyrillic(content[:_SAMPLE]), "replace"))


def read_plain(text: str) -> Iterator[Block]:
    for paragraph in _PARAGRAPH.split(text):
        yield Block(paragraph, Place())


def _utf16_by_shape(content: bytes) -> str | None:
    """Text in UTF-16 without a mark has a zero, or the one byte of its script, in every pair."""
    sample = content[:_SAMPLE]
    if len(sample) < 4 or len(content) % 2:  # noqa: PLR2004 - too short to tell
        return None
    even, odd = sample[::2], sample[1::2]
    for high, name in ((odd, "utf-16-le"), (even, "utf-16-be")):
        if sum(byte in {0x00, 0x04} for byte in high) > 0.9 * len(high):
            return name
    return None


def _cyrillic(sample: bytes) -> str:
    def score(encoding: str) -> int:
        return sum(letter in _FREQUENT for letter in sample.decode(encoding, "replace"))

    return max(("cp1251", "koi8-r", "cp866"), key=score)


def _normalise(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
