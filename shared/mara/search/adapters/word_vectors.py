"""The vectors of single words, remembered: texts about one subject share most of their words."""

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WORDS_MAX = 8192
"""16 MB at 512 dimensions."""


class WordVectors:
    """Embeds each word once, and forgets all when ``words_max`` are remembered."""

    def __init__(
        self,
        encode: Callable[[Sequence[str]], Floats],
        dimensions: int,
        words_max: int = WORDS_MAX,
    ) -> None:
        """``encode`` returns ``(n, dimensions)`` vectors of unit length for n texts."""
        self._encode = encode
        self._rows: Floats = np.empty((words_max, dimensions), dtype=np.float32)
        self._row_of: dict[str, int] = {}
        self._lock = Lock()

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """For each word its highest cosine with any of the others, which are not empty."""
        if not words:
            return []
        found = self._vectors([*words, *others])
        cosines = found[: len(words)] @ found[len(words) :].T
        highest: list[float] = cosines.max(axis=1).tolist()
        return highest

    def _vectors(self, words: Sequence[str]) -> Floats:
        with self._lock:
            missing = [word for word in dict.fromkeys(words) if word not in self._row_of]
            if len(self._row_of) + len(missing) > len(self._rows):
                self._row_of.clear()
                missing = list(dict.fromkeys(words))
            if len(missing) > len(self._rows):
                return self._encode(words)
            if missing:
                first = len(self._row_of)
                self._rows[first : first + len(missing)] = self._encode(missing)
                self._row_of.update(zip(missing, range(first, first + len(missing)), strict=True))
            return self._rows[[self._row_of[word] for word in words]]
