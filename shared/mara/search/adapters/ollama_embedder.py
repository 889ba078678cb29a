"""An embedding model behind Ollama's API, by the package ``ollama``."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mara.search.errors import EmbeddingUnavailable
from mara.search.model import EmbeddingModel

TIMEOUT_S = 20.0
BATCH = 64
CHARACTERS_PER_TOKEN = 2
"""Ollama has no tokenizer endpoint. In most languages a token has more characters, so this is an
upper bound: a passage is split too early rather than truncated."""


class OllamaEmbedder:
    """Implements Embedder. A text beyond the model's limit is an error, and is never truncated."""

    def __init__(self, url: str, model: EmbeddingModel) -> None:
        self._url = url
        self._model = model

    @property
    def model_id(self) -> str:
        """``ollama/`` and the configured identity."""
        return f"ollama/{self._model.identity}"

    @property
    def dimensions(self) -> int:
        """The configured length of a vector."""
        return self._model.dimensions

    @property
    def tokens_max(self) -> int:
        """The configured limit of the model."""
        return self._model.tokens_max

    def count_tokens(self, text: str) -> int:
        """An upper bound, from the number of characters."""
        return math.ceil(len(text) / CHARACTERS_PER_TOKEN)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed n passages as ``(n, dimensions)`` values of unit length.

        Raises EmbeddingUnavailable.
        """
        prefixed = [self._model.passage_prefix + text for text in texts]
        return [
            vector
            for start in range(0, len(prefixed), BATCH)
            for vector in self._embed(prefixed[start : start + BATCH])
        ]

    def embed_query(self, text: str) -> list[float]:
        """Embed a query as ``(dimensions,)`` values of unit length. Raises EmbeddingUnavailable."""
        return self._embed([self._model.query_prefix + text])[0]

    @cached_property
    def _client(self) -> Any:
        from httpx import Limits
        from ollama import Client

        # A frozen function would find a connection that the server has closed, so none is kept.
        # The Ollama server is local or private, so proxies of the environment do not apply to it.
        limits = Limits(max_keepalive_connections=0)
        return Client(host=self._url, timeout=TIMEOUT_S, trust_env=False, limits=limits)

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        # The server returns no vector for an empty text, which would shift the others.
        asked = [text if text.strip() else "." for text in texts]
        vectors = self._request(asked)
        if len(vectors) != len(texts):
            raise EmbeddingUnavailable("The embedding model gave another number of vectors.")
        if any(len(vector) != self.dimensions for vector in vectors):
            raise EmbeddingUnavailable(
                f"The embedding model's vectors are not of {self.dimensions} numbers."
            )
        return [_unit(vector) for vector in vectors]

    def _request(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        from httpx import HTTPError
        from ollama import ResponseError

        try:
            answer = self._client.embed(model=self._model.name, input=texts, truncate=False)
        except ResponseError as error:
            raise EmbeddingUnavailable(f"It answered {error.status_code}.") from error
        except (OSError, HTTPError, ValueError) as error:
            raise EmbeddingUnavailable("It cannot be reached.") from error
        vectors: Sequence[Sequence[float]] = answer.embeddings
        return vectors


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.hypot(*vector) or 1.0
    return [value / length for value in vector]
