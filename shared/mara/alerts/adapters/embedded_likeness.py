"""The likeness of texts by the embedding model of the active index."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mara.search.model.windows import windows
from mara.search.ports import Embedder

Vector = tuple[float, ...]
EXAMPLES_CACHED: Final = 1000


@dataclass(frozen=True, slots=True)
class EmbeddedLikeness:
    """Implements ``Likeness``: a long text is as near as its nearest sentences."""

    embedder: Embedder
    known: dict[tuple[str, str], Vector] = field(default_factory=dict)
    """Vectors of examples, by the model and the text."""

    def scores(self, text: str, examples: Sequence[str]) -> Sequence[float]:
        """Return the cosine of each example with the nearest part of the text."""
        if not text.strip():
            return [0.0] * len(examples)
        parts = dict.fromkeys([text, *windows(text)])
        spoken = self._embedded(list(parts))
        return [max(_cosine(self._of(one), part) for part in spoken) for one in examples]

    def _of(self, example: str) -> Vector:
        key = (self.embedder.model_id, example)
        if key not in self.known:
            if len(self.known) >= EXAMPLES_CACHED:
                self.known.clear()
            (self.known[key],) = self._embedded([example])
        return self.known[key]

    def _embedded(self, texts: Sequence[str]) -> list[Vector]:
        return [tuple(map(float, vector)) for vector in self.embedder.embed_passages(texts)]


def _cosine(one: Vector, other: Vector) -> float:
    # Vectors have unit length.
    return max(-1.0, min(1.0, sum(a * b for a, b in zip(one, other, strict=True))))
