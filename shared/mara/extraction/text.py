"""Plain text: detects the encoding, and splits paragraphs."""

import re
from collections.abc import Iterator
from itertools import pairwise

from mara.extraction.model import Block, Place

_PARAGRAPH = re.compile(r"\n(?:[ \t]*\n)+")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BROKEN = "\ufffd"
_BROKEN_ONE_IN = 20
"""Of the non-ASCII letters; in a wrong encoding nearly all are broken."""
_ASCII = re.compile(rb"[\x00-\x7f]+")
_SAMPLE = 64 * 1024
# Russian letters by frequency; in a wrong encoding frequent letters become rare ones.
_BY_FREQUENCY = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_WEIGHTS = {letter: len(_BY_FREQUENCY) - rank for rank, letter in enumerate(_BY_FREQUENCY)}
_SMALL_LETTER = 4  # text is written in small letters
_NO_LETTER = -20
_CAPITAL_WITHIN = -40  # KOI8-R and CP1251 have small letters where the other has capitals


def decode(content: bytes) -> str:
    """Decode UTF-8, UTF-16 or UTF-32 by BOM or pattern, else a Cyrillic code page by frequency."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _normalise(content.decode(encoding, "replace"))
    if unmarked := _utf16_by_shape(content):
        return _normalise(content.decode(unmarked, "replace"))
    text = content.decode("utf-8", "replace")
    if text.isascii() or _is_utf8(text[:_SAMPLE]):
        return _normalise(text)
    return _normalise(content.decode(_cyrillic(content), "replace"))


def read_plain(text: str) -> Iterator[Block]:
    """One block for each paragraph."""
    for paragraph in _PARAGRAPH.split(text):
        yield Block(paragraph, Place())


def _is_utf8(text: str) -> bool:
    """Tolerates a file that is truncated within a character or has single broken bytes."""
    letters = sum(not letter.isascii() for letter in text)
    return text.count(_BROKEN) * _BROKEN_ONE_IN <= letters


def _utf16_by_shape(content: bytes) -> str | None:
    """UTF-16 without a BOM has 0x00 (Latin) or 0x04 (Cyrillic) in one byte of nearly every pair.

    The length may be odd: of a log that was cut, or that was appended to in another encoding.
    """
    sample = content[:_SAMPLE]
    if len(sample) < 4:  # noqa: PLR2004 - too short to tell
        return None
    is_high = [
        sum(byte in {0x00, 0x04} for byte in half) > 0.9 * len(half)
        for half in (sample[::2], sample[1::2])
    ]
    # Where both are, the file consists of zeros.
    return {(False, True): "utf-16-le", (True, False): "utf-16-be"}.get((is_high[0], is_high[1]))


def _cyrillic(content: bytes) -> str:
    # The first bytes may be a long header in English.
    sample = _ASCII.sub(b" ", content[: 16 * _SAMPLE])[:_SAMPLE]

    def score(encoding: str) -> int:
        text = sample.decode(encoding, "replace")
        each = (
            _WEIGHTS.get(letter.lower(), _NO_LETTER) + _SMALL_LETTER * letter.islower()
            for letter in text
            if not letter.isascii()
        )
        within = sum(a.islower() and b.isupper() for a, b in pairwise(text))
        return sum(each) + _CAPITAL_WITHIN * within

    return max(("cp1251", "koi8-r", "cp866"), key=score)


def _normalise(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
