"""What monitoring rules need: their repositories, patterns, and the likeness of texts."""

from collections.abc import Sequence
from typing import Protocol


class Patterns(Protocol):
    """Regular expressions that need time linear in the text."""

    def search(self, pattern: str, text: str) -> str | None:
        """Return what the pattern finds first; None without a match. Raises InvalidPattern."""


class Likeness(Protocol):
    """How near the meanings of texts are."""

    def scores(self, text: str, examples: Sequence[str]) -> Sequence[float]:
        """Return the cosine of each example with the nearest part of the text.

        Raises EmbeddingUnavailable.
        """
