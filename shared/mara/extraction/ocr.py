"""Optical character recognition (OCR): the port of engines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


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
class Recognition:
    """The engine for a file, and the confidence of each page that it recognised, from 1."""

    engine: OcrEngine
    pages: dict[int, float] = field(default_factory=dict)
