"""Which reranker orders the best candidates of a search."""

from typing import Literal, Self

from pydantic import model_validator

from mara.platform.settings.base import Settings


class RerankerSettings(Settings):
    """The reranker: weighted features, or a cross-encoder of sentence-transformers by its name."""

    reranker: Literal["features", "cross-encoder"] = "features"
    """Weighted features, or a cross-encoder, which needs container images."""
    reranker_model: str = ""
    """The name of the cross-encoder at Hugging Face."""

    @model_validator(mode="after")
    def _require_model(self) -> Self:
        if self.reranker == "cross-encoder" and not self.reranker_model:
            message = "MARA_RERANKER_MODEL must be set where MARA_RERANKER is cross-encoder"
            raise ValueError(message)
        return self
