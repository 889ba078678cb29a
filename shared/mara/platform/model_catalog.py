"""The models of an Ollama server, listed by its client."""

from collections.abc import Sequence

from mara.kernel.language_model import LanguageModelUnavailable
from mara.kernel.text import clean
from mara.platform.ollama_answers import reading_answer
from mara.platform.telemetry import logger

TIMEOUT_S = 3.0
CONNECT_TIMEOUT_S = 1.0
"""Both are short: a form waits for the list."""


class OllamaLanguageModelCatalog:
    """Implements the port LanguageModelCatalog; ``default`` is the configured model."""

    def __init__(self, url: str, default: str) -> None:
        self._url = url
        self.default = default

    def names(self) -> Sequence[str]:
        """Return the names with their tags. Raises LanguageModelUnavailable."""
        import httpx
        import ollama

        timeout = httpx.Timeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            client = ollama.Client(self._url, timeout=timeout, trust_env=False)
            with client, reading_answer():
                return [clean(model.model) for model in client.list().models if model.model]
        except (ollama.ResponseError, httpx.HTTPError, ConnectionError, ValueError) as error:
            # ValueError: the answer is not JSON, or not a list of models.
            logger.warning("model_list_failed", error=type(error).__name__)
            raise LanguageModelUnavailable("The model server does not list its models.") from error
