"""The likeness of texts by the embedding model of the active index."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mara.search.model.windows import windows
from mara.search.ports import Embedder

Vector = tuple[float, ...]
EXAMPLES_CACHED: Final = 4000
"""More than all rules of an account have: an empty cache costs a call with all of them."""


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
        model = self.embedder.model_id
        missing = [one for one in dict.fromkeys(examples) if (model, one) not in self.known]
        # One call for all: a model that is far away, or slow, is asked once for a message.
        vectors = self._embedded([*parts, *missing])
        spoken = vectors[: len(parts)]
        found = {one: self.known[model, one] for one in examples if one not in missing}
        found |= dict(zip(missing, vectors[len(parts) :], strict=True))
        if len(self.known) + len(missing) > EXAMPLES_CACHED:
            self.known.clear()
        self.known.update({(model, one): found[one] for one in missing})
        return [max(_cosine(found[one], part) for part in spoken) for one in examples]

    def _embedded(self, texts: Sequence[str]) -> list[Vector]:
        return [tuple(map(float, vector)) for vector in self.embedder.embed_passages(texts)]


def _cosine(one: Vector, other: Vector) -> float:
    # Vectors have unit length.
    return max(-1.0, min(1.0, sum(a * b for a, b in zip(one, other, strict=True))))
