"""An OCR engine that knows the text of the one page there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mara.extraction.ocr import Image, OcrFailed, RecognizedLine

WHITE = 255


@dataclass
class FakeOcrEngine:
    """Recognises ``lines`` on a page that is not blank, in ``takes_s`` seconds.

    Of a page that is wider than high, it sees noise alone. It fails at the calls ``fails_at``,
    which count from 0.
    """

    lines: Sequence[str]
    takes_s: float = 1.0
    confidence: float = 0.9
    fails_at: frozenset[int] = frozenset()
    calls: list[float] = field(default_factory=list)
    """The seconds that each call was given."""

    def recognize(self, image: Image, seconds: float) -> Sequence[RecognizedLine]:
        """Return the lines. Raises OcrFailed."""
        self.calls.append(seconds)
        if seconds < self.takes_s or len(self.calls) - 1 in self.fails_at:
            raise OcrFailed("too slow")
        if min(image.pixels) == WHITE:
            return []
        if image.width > image.height:
            return [RecognizedLine("~|l", 0.5), RecognizedLine(".", 0.1)]
        return [RecognizedLine(line, self.confidence) for line in self.lines]
