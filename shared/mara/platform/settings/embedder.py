"""Which model computes embeddings."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mara.platform.settings.base import Settings


class EmbedderSettings(Settings):
    """The embedding model. ``use`` needs no other field, the others those of their model card."""

    embedder: Literal["use", "ollama", "sentence-transformers"] = "use"
    """The multilingual Universal Sentence Encoder, which is built in, or another program."""
    embedder_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    """The URL of the Ollama server that embeds."""
    embedder_model: str = ""
    """The name of the model."""
    embedder_dimensions: int = Field(default=0, ge=0)
    """The length of its vectors."""
    embedder_tokens_max: int = Field(default=512, ge=16)
    """How many tokens of a text it reads."""
    embedder_query_prefix: str = ""
    """What the model wants before a question, such as "query: "."""
    embedder_passage_prefix: str = ""
    """What the model wants before a passage, such as "passage: "."""

    @model_validator(mode="after")
    def _require_complete_embedder(self) -> Self:
        if self.embedder != "use" and not (self.embedder_model and self.embedder_dimensions):
            message = "MARA_EMBEDDER needs MARA_EMBEDDER_MODEL and MARA_EMBEDDER_DIMENSIONS"
            raise ValueError(message)
        if self.embedder == "ollama" and not self.embedder_url:
            message = "MARA_EMBEDDER_URL must be set where MARA_EMBEDDER is ollama"
            raise ValueError(message)
        return self
