"""PDF files painted by hand: any alphabet and position, turned pages, letters without names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.files import raw_pdf

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text; ``x`` and ``y`` in points, ``y`` from the top of the page."""

    x: float
    y: float
    text: str
    size: float = 11
    angle: int = 0
    """Degrees, counterclockwise."""


def lines(texts: Sequence[str], *, x: float = 60, y: float = 80, size: float = 11) -> list[Words]:
    """One line below the other."""
    return [Words(x, y + 1.4 * size * number, text, size) for number, text in enumerate(texts)]


_PAGE = b"""<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R
/Resources << /Font << /F 3 0 R >> >> >>"""
_FONT = b"""<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H
/DescendantFonts [4 0 R] %s >>"""
_LETTERS = b"""<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /DW 500
/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>
/FontDescriptor << /Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 -200 1000 800]
/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>"""


def a_painted_pdf(*pages: Sequence[Words], rotate: int = 0, with_names: bool = True) -> bytes:
    """Pages turned by ``rotate`` degrees; without names, the letters have numbers only."""
    letters = sorted({letter for page in pages for words in page for letter in words.text})
    codes = {letter: number for number, letter in enumerate(letters, 1)}
    first = 6
    numbers = range(first, first + 2 * len(pages), 2)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        _FONT % (b"/ToUnicode 5 0 R" if with_names else b""),
        _LETTERS,
        _stream(_names(codes)),
    ]
    for number, page in zip(numbers, pages, strict=True):
        size = (WIDTH, HEIGHT, rotate, number + 1)
        objects.append(_PAGE % size)
        objects.append(_stream(b"\n".join(_painted(words, codes) for words in page)))
    return raw_pdf(*objects)


def _painted(words: Words, codes: dict[str, int]) -> bytes:
    sine, cosine = math.sin(math.radians(words.angle)), math.cos(math.radians(words.angle))
    matrix = (cosine, sine, -sine, cosine, words.x, HEIGHT - words.y)
    numbers = " ".join(f"{value:.3f}" for value in matrix)
    text = "".join(f"{codes[letter]:04x}" for letter in words.text)
    return f"BT /F {words.size} Tf {numbers} Tm <{text}> Tj ET".encode()


def _names(codes: dict[str, int]) -> bytes:
    pairs = [f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items()]
    # A block has at most 100 pairs.
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    body = "".join(
        f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar\n" for some in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /N def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{body}endcmap end end"
    ).encode()


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
