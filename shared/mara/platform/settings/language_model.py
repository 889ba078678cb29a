"""Where the language model is served."""

from pydantic import Field

from mara.platform.settings.base import Settings


class LanguageModelSettings(Settings):
    """An Ollama server and its default model; without a URL, agents quote and generate nothing."""

    ollama_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    language_model: str = Field(default="qwen2.5:7b", min_length=1)
    context_tokens: int = Field(default=8192, ge=2048)
    """The context window in tokens: prompt and answer together."""
