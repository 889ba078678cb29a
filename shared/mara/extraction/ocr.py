"""Optical character recognition (OCR): the port of engines, and the pages that they recognise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

GOOD_CONFIDENCE = 0.8
GOOD_CHARACTERS = 20
"""A page with less confidence or fewer characters may be turned: its other sides are tried."""
LINE_CONFIDENCE_MIN = 0.4
"""A line below it is noise, such as a part of a drawing."""


class OcrFailed(Exception):
    """The engine is missing, crashed, or took too long."""


@dataclass(frozen=True, slots=True)
class Image:
    """A page as ``width * height`` bytes, one grey pixel each (0 is black), row by row."""

    width: int
    height: int
    pixels: bytes
    dpi: int


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A line of text, and the engine's mean confidence in its characters, 0..1."""

    text: str
    confidence: float


class OcrEngine(Protocol):
    """Recognises the text of images. An adapter is safe to use in a process with limits."""

    def recognize(self, image: Image, seconds: float) -> Sequence[RecognizedLine]:
        """Return the lines in reading order, none if there is no text.

        Raises OcrFailed, also if it is not done within ``seconds``.
        """


@dataclass(frozen=True, slots=True)
class RecognizedPage:
    """The lines of a page; ``noise`` counts those that were too uncertain to keep."""

    lines: Sequence[RecognizedLine]
    noise: int = 0

    @property
    def confidence(self) -> float:
        """The mean confidence of the characters, 0..1; 0 without any."""
        return self.certain_characters / self.characters if self.lines else 0.0

    @property
    def characters(self) -> int:
        """The number of characters."""
        return sum(len(line.text) for line in self.lines)

    @property
    def certain_characters(self) -> float:
        """The expected number of right characters, which compares the sides of a page."""
        return math.fsum(len(line.text) * line.confidence for line in self.lines)

    @property
    def is_good(self) -> bool:
        """Whether the page is surely not turned."""
        return self.characters >= GOOD_CHARACTERS and self.confidence >= GOOD_CONFIDENCE


@dataclass(frozen=True, slots=True)
class Recognition:
    """The engine for a file, and the confidence of each page that it recognised, from 1."""

    engine: OcrEngine
    pages: dict[int, float] = field(default_factory=dict)


def page_of(lines: Sequence[RecognizedLine]) -> RecognizedPage:
    """Drop the noise from the lines of an engine."""
    kept = [line for line in lines if line.confidence >= LINE_CONFIDENCE_MIN]
    return RecognizedPage(kept, len(lines) - len(kept))


def engine_of(name: str) -> OcrEngine | None:
    """Return the engine of the setting ``MARA_OCR``; ``None`` if it is empty."""
    if not name:
        return None
    from mara.extraction.tesseract import Tesseract

    return {"tesseract": Tesseract}[name]()
