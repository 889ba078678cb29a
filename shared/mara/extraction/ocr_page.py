"""Pages that an OCR engine recognised: their confidence, without noise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mara.extraction.ocr import RecognizedLine

GOOD_CONFIDENCE = 0.8
GOOD_CHARACTERS = 20
"""A page with less confidence or fewer characters may be turned: its other sides are tried."""
LINE_CONFIDENCE_MIN = 0.4
"""A line below it is noise, such as a part of a drawing."""


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


def page_of(lines: Sequence[RecognizedLine]) -> RecognizedPage:
    """Drop the noise from the lines of an engine."""
    kept = [line for line in lines if line.confidence >= LINE_CONFIDENCE_MIN]
    return RecognizedPage(kept, len(lines) - len(kept))
