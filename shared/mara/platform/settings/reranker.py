"""Which reranker orders the best candidates of a search."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mara.platform.settings.language_model import LanguageModelSettings


class RerankerSettings(LanguageModelSettings):
    """The reranker: weighted features, or a model, which reads question and passage together."""

    reranker: Literal["features", "cross-encoder", "ollama"] = "features"
    """Weighted features; a cross-encoder, which needs container images; or ollama, a language model
    of the server MARA_OLLAMA_URL that judges the best passages."""
    reranker_model: str = ""
    """The name of the cross-encoder at Hugging Face, or of the judge at the Ollama server, which is
    MARA_LANGUAGE_MODEL by default."""
    reranker_timeout_s: float = Field(default=5.0, gt=0, le=60)
    """The time in which the judge must answer; then the weighted features order alone."""

    @model_validator(mode="after")
    def _require_model(self) -> Self:
        if self.reranker == "cross-encoder" and not self.reranker_model.strip():
            message = (
                "MARA_RERANKER_MODEL must name a model of Hugging Face where MARA_RERANKER is"
                " cross-encoder"
            )
            raise ValueError(message)
        if self.reranker == "ollama" and not self.ollama_url:
            message = "MARA_OLLAMA_URL must be set where MARA_RERANKER is ollama"
            raise ValueError(message)
        return self
