"""One hostile file, and how its reading must end."""

from collections.abc import Callable
from dataclasses import dataclass

from mara.extraction.model import Format

READY = "ready"
REFUSALS = frozenset({"needs_ocr", "encrypted", "no_text", "too_large", "corrupt", "timed_out"})
"""Every reason there is for a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Case:
    format: Format
    make: Callable[[], bytes]
    outcomes: frozenset[str]
    """Any of these: READY or a reason."""
    needle: str = ""
    """What must be found in the text where it is ready."""


def ready(format: Format, make: Callable[[], bytes], needle: str = "") -> Case:
    return Case(format, make, frozenset({READY}), needle)


def refused(format: Format, make: Callable[[], bytes], *reasons: str) -> Case:
    return Case(format, make, frozenset(reasons))


def ended(format: Format, make: Callable[[], bytes]) -> Case:
    """How it ends is the reader's to say; that it ends, and with a reason, is not."""
    return Case(format, make, REFUSALS | {READY})
