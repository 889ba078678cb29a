"""The OCR engine Tesseract, as the program that distributions package."""

import csv
import math
import os
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mara.extraction.ocr import Image, OcrFailed, RecognizedLine

VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
"""Of the environment: where the program, its libraries and its data are."""

_WORD = "5"
"""The level of words in Tesseract's table; pages, blocks, paragraphs and lines are 1 to 4."""
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Tesseract:
    """Runs ``program`` for each page; it inherits the resource limits of this process.

    ``languages`` are those of its data, joined by "+".
    """

    program: str = "tesseract"
    languages: str = "rus+eng"

    def recognize(self, image: Image, seconds: float) -> Sequence[RecognizedLine]:
        """Return the lines in reading order. Raises OcrFailed."""
        command = [self.program, "stdin", "stdout", "-l", self.languages, "--dpi", str(image.dpi)]
        # 1: with detection of columns, and of the page's orientation.
        command += ["--psm", "1", "tsv"]
        try:
            done = subprocess.run(  # noqa: S603 - a list of arguments, none of which is of the file
                command,
                input=b"P5 %d %d 255\n" % (image.width, image.height) + image.pixels,
                capture_output=True,
                timeout=seconds,
                check=True,
                env=_environment(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise OcrFailed(type(error).__name__) from error
        return _lines(done.stdout.decode(errors="replace"))


def _lines(table: str) -> list[RecognizedLine]:
    """The lines of a table of words, each of which names its block, paragraph and line."""
    words: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row["text"] or "").strip()
        if row["level"] == _WORD and text:
            line = (row["block_num"], row["par_num"], row["line_num"])
            words[line].append((text, max(0.0, float(row["conf"])) / _PERCENT))
    return [
        RecognizedLine(" ".join(text for text, _ in found), _mean(found))
        for found in words.values()
    ]


def _mean(words: Sequence[tuple[str, float]]) -> float:
    """The confidence of the words, by their lengths."""
    total = math.fsum(len(text) * confidence for text, confidence in words)
    return total / sum(len(text) for text, _ in words)


def _environment() -> dict[str, str]:
    """One thread: the CPU time is limited, and other files are read at the same time."""
    kept = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
