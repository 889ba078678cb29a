"""Any model of sentence-transformers, run in process: for a function of a container image.

The package brings torch, which fits no layer; it is installed where it is wanted (decision 0011).
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from mara.search.model import EmbeddingModel


@cache
def _load(name: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, device="cpu")


class SentenceTransformersEmbedder:
    """Loaded at the first text. Prefixes are those the model was trained with, if any."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model

    @property
    def model_id(self) -> str:
        return f"sentence-transformers/{self._model.identity}"

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    @property
    def tokens_max(self) -> int:
        return self._model.tokens_max

    def count_tokens(self, text: str) -> int:
        """With the prefix and the marks that the tokenizer puts around a text."""
        prefixed = self._model.passage_prefix + text
        return len(_load(self._model.name).tokenizer(prefixed, verbose=False)["input_ids"])

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return self._embed([self._model.passage_prefix + text for text in texts])

    def embed_query(self, text: str) -> list[float]:
        return self._embed([self._model.query_prefix + text])[0]

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        model = _load(self._model.name)
        vectors: list[list[float]] = model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        ).tolist()
        return vectors
