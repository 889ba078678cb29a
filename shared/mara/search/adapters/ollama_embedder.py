"""An embedding model behind Ollama's API, by the package ``ollama``."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mara.platform.ollama_answers import reading_answer
from mara.search.adapters.configured_embedder import ConfiguredEmbedder
from mara.search.errors import EmbeddingUnavailable
from mara.search.model import EmbeddingModel

TIMEOUT_S = 20.0
BATCH = 64
CHARACTERS_PER_TOKEN = 2
"""Ollama has no tokenizer endpoint. In most languages a token has more characters, so this is an
upper bound: a passage is split too early rather than truncated."""


class OllamaEmbedder(ConfiguredEmbedder):
    """Implements Embedder. A text beyond the model's limit is an error, and is never truncated."""

    library = "ollama"

    def __init__(self, url: str, model: EmbeddingModel) -> None:
        super().__init__(model)
        self._url = url

    def count_tokens(self, text: str) -> int:
        """An upper bound, from the number of characters."""
        return math.ceil(len(text) / CHARACTERS_PER_TOKEN)

    @cached_property
    def _client(self) -> Any:
        from httpx import Limits
        from ollama import Client

        # A frozen function would find a connection that the server has closed, so none is kept.
        # The Ollama server is local or private, so proxies of the environment do not apply to it.
        limits = Limits(max_keepalive_connections=0)
        return Client(host=self._url, timeout=TIMEOUT_S, trust_env=False, limits=limits)

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [
            vector
            for start in range(0, len(texts), BATCH)
            for vector in self._embed_batch(texts[start : start + BATCH])
        ]

    def _embed_batch(self, texts: Sequence[str]) -> list[list[float]]:
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
            with reading_answer():
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
