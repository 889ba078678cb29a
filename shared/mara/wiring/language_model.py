"""Assembles the language model that agents and document analyses share."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mara.agents.ports import LanguageModelCatalog
    from mara.agents.service.language_models import LanguageModelService
    from mara.kernel.language_model import LanguageModel


@cache
def language_model() -> "LanguageModel | None":
    """Return the configured model; ``None`` if no model server is configured."""
    from mara.platform.settings.language_model import LanguageModelSettings

    settings = LanguageModelSettings()
    if not settings.ollama_url:
        return None
    from mara.platform.language_model import OllamaLanguageModel

    return OllamaLanguageModel(
        settings.ollama_url, settings.language_model, settings.context_tokens
    )


@cache
def language_model_catalog() -> "LanguageModelCatalog | None":
    """Return the list of models; ``None`` if no model server is configured."""
    from mara.platform.settings.language_model import LanguageModelSettings

    settings = LanguageModelSettings()
    if not settings.ollama_url:
        return None
    from mara.platform.model_catalog import OllamaLanguageModelCatalog

    return OllamaLanguageModelCatalog(settings.ollama_url, settings.language_model)


@cache
def language_model_service() -> "LanguageModelService":
    """The list of language models."""
    from mara.agents.service.language_models import LanguageModelService

    return LanguageModelService(language_model_catalog())
