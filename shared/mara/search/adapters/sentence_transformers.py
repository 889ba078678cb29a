"""Embedding models and cross-encoders of sentence-transformers, run in process.

The package needs torch, which no Lambda layer has room for: the functions are deployed as container
images then (decision 0011, ``infra/images/transformers``).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from statistics import fmean, pstdev
from typing import Any

from mara.search.adapters.configured_embedder import ConfiguredEmbedder
from mara.search.model import RankedCandidate
from mara.search.model.matching import QueryAnalysis
from mara.search.model.windows import titled_text
from mara.search.service.fusion import by_score
from mara.search.service.reranking import DEPTH, append_tail

CROSS_ENCODER_WEIGHT = 3.0
"""Weight of the cross-encoder's z-score, where the fused score is a sum of two z-scores."""
DEVIATION_MIN = 1e-9


@cache
def _load_embedder(name: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, device="cpu")


@cache
def _load_cross_encoder(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    return CrossEncoder(name, device="cpu")


class SentenceTransformersEmbedder(ConfiguredEmbedder):
    """Implements Embedder; the model is loaded with the first text, from a name or a folder."""

    library = "sentence-transformers"

    def count_tokens(self, text: str) -> int:
        """The model's tokens, including the prefix and the special tokens."""
        prefixed = self._model.passage_prefix + text
        tokenizer = _load_embedder(self._model.name).tokenizer
        return len(tokenizer(prefixed, verbose=False)["input_ids"])

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        model = _load_embedder(self._model.name)
        vectors: list[list[float]] = model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        ).tolist()
        return vectors


class CrossEncoderReranker:
    """Implements Reranker by a model that reads query and passage together.

    The score of a candidate is its fused score plus the weighted z-score of the model's logit among
    the candidates that are reranked: an interpolation of first-stage and reranker scores, as in
    Lin, Nogueira and Yates, "Pretrained Transformers for Text Ranking" (2021), section 3.2.
    """

    def __init__(self, name: str, weight: float = CROSS_ENCODER_WEIGHT) -> None:
        self._name = name
        self._weight = weight

    def rerank(
        self, query: QueryAnalysis, ranked: Sequence[RankedCandidate]
    ) -> list[RankedCandidate]:
        """Reorder the best DEPTH candidates; the passage is read with its titles."""
        head, tail = ranked[:DEPTH], ranked[DEPTH:]
        if not head:
            return []
        found = [hit.candidate for hit in head]
        pairs = [(query.text, titled_text(each.chunk, each.filename)) for each in found]
        logits = _load_cross_encoder(self._name).predict(pairs, show_progress_bar=False)
        scores = _standardized([float(logit) for logit in logits])
        better = by_score(
            replace(hit, score=hit.score + self._weight * score)
            for hit, score in zip(head, scores, strict=True)
        )
        return append_tail(better, tail)


def _standardized(values: Sequence[float]) -> list[float]:
    """Z-scores; zeros where all values are equal."""
    mean, deviation = fmean(values), pstdev(values)
    if deviation < DEVIATION_MIN:
        return [0.0] * len(values)
    return [(value - mean) / deviation for value in values]
