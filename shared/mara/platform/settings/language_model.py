"""Where the language model is served."""

from pydantic import Field

from mara.platform.settings.base import Settings


class LanguageModelSettings(Settings):
    """An Ollama server and its default model; without a URL, agents quote and generate nothing."""

    ollama_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    """The URL of the Ollama server; without one, agents quote and generate nothing."""
    language_model: str = Field(default="qwen2.5:7b", min_length=1)
    """The model that an agent uses if it names none."""
    context_tokens: int = Field(default=8192, ge=2048)
    """The context window in tokens: prompt and answer together."""
