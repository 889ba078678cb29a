"""An embedding model behind Ollama's API; the standard library speaks it, so no layer is needed."""

import json
import math
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from mara.search.errors import EmbeddingUnavailable
from mara.search.model import EmbeddingModel

TIMEOUT_S = 20.0
BATCH = 64
CHARACTERS_OF_TOKEN = 2
"""Ollama counts no tokens for us. Most languages have more characters a token, so a passage is
rather cut into two than read to its half."""


class OllamaEmbedder:
    """What Ollama makes of a text that is too long is an error here, never a vector of its half."""

    def __init__(self, url: str, model: EmbeddingModel) -> None:
        self._url = url
        self._model = model

    @property
    def model_id(self) -> str:
        return f"ollama/{self._model.identity}"

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    @property
    def tokens_max(self) -> int:
        return self._model.tokens_max

    def count_tokens(self, text: str) -> int:
        return math.ceil(len(text) / CHARACTERS_OF_TOKEN)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Raises EmbeddingUnavailable."""
        prefixed = [self._model.passage_prefix + text for text in texts]
        return [
            vector
            for start in range(0, len(prefixed), BATCH)
            for vector in self._embed(prefixed[start : start + BATCH])
        ]

    def embed_query(self, text: str) -> list[float]:
        """Raises EmbeddingUnavailable."""
        return self._embed([self._model.query_prefix + text])[0]

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        # Of nothing it makes no vector, and then there would be fewer than texts.
        asked = {
            "model": self._model.name,
            "input": [text if text.strip() else "." for text in texts],
            "truncate": False,
        }
        vectors = self._post("/api/embed", asked).get("embeddings")
        if not isinstance(vectors, list) or len(vectors) != len(texts):
            raise EmbeddingUnavailable("The embedding model gave another number of vectors.")
        if any(len(vector) != self.dimensions for vector in vectors):
            raise EmbeddingUnavailable(
                f"The embedding model's vectors are not of {self.dimensions} numbers."
            )
        return [_unit(vector) for vector in vectors]

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            self._url + path,
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        # Proxies of the environment are not for a server of one's own.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_S) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            raise EmbeddingUnavailable(f"It answered {error.code}.") from error
        except (OSError, ValueError) as error:
            raise EmbeddingUnavailable("It cannot be reached.") from error
        return found


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.hypot(*vector) or 1.0
    return [value / length for value in vector]
