"""What the embedders of configured models share: identity, limits and prefixes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from operator import mul
from typing import ClassVar

from mara.search.model import EmbeddingModel


class ConfiguredEmbedder(ABC):
    """Implements Embedder except for counting and encoding; the settings name the model."""

    library: ClassVar[str]
    """What runs the model, the first part of ``model_id``."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model

    @property
    def model_id(self) -> str:
        """The library and the configured identity: ``ollama/bge-m3``."""
        return f"{self.library}/{self._model.identity}"

    @property
    def dimensions(self) -> int:
        """The configured length of a vector."""
        return self._model.dimensions

    @property
    def tokens_max(self) -> int:
        """The configured limit of the model."""
        return self._model.tokens_max

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """The tokens of a passage, or an upper bound."""

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed n passages as ``(n, dimensions)`` values of unit length.

        Raises EmbeddingUnavailable.
        """
        return self._embed([self._model.passage_prefix + text for text in texts])

    def embed_query(self, text: str) -> list[float]:
        """Embed a query as ``(dimensions,)`` values of unit length. Raises EmbeddingUnavailable."""
        return self._embed([self._model.query_prefix + text])[0]

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """The highest cosine of each word with any of the others; one request embeds them all.

        Raises EmbeddingUnavailable.
        """
        texts = list(dict.fromkeys([*words, *others]))
        vectors = dict(zip(texts, self.embed_passages(texts), strict=True))
        compared = [vectors[other] for other in dict.fromkeys(others)]
        return [max(sum(map(mul, vectors[word], other)) for other in compared) for word in words]

    @abstractmethod
    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of texts that have their prefix; none for no texts."""
