"""A language model behind Ollama's API, reached through LangChain."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager
from typing import Any

from mara.kernel.language_model import (
    ChatMessage,
    Completion,
    LanguageModelUnavailable,
    Speaker,
)
from mara.platform.telemetry import logger

ANSWER_TOKENS = 700
"""The longest answer; the rest of the context is the prompt's."""
DEADLINE_S = 25.0
"""For the whole answer. An API Gateway waits 29 s, and quotes must still be put together."""
CONNECT_TIMEOUT_S = 2.0

ROLES = {Speaker.SYSTEM: "system", Speaker.USER: "human", Speaker.ASSISTANT: "ai"}


class OllamaLanguageModel:
    """The context's size is asked for in every request: left to itself, the server cuts a long
    prompt at its own size without a word.
    """

    def __init__(
        self, url: str, model: str, context_tokens: int, *, deadline_s: float = DEADLINE_S
    ) -> None:
        self._url = url
        self._model = model
        self._context_tokens = context_tokens
        self._deadline_s = deadline_s

    @property
    def prompt_tokens_max(self) -> int:
        return self._context_tokens - ANSWER_TOKENS

    def chat(
        self,
        messages: Sequence[ChatMessage],
        *,
        model: str | None,
        temperature: float,
        schema: Mapping[str, Any],
    ) -> Completion:
        from langchain_ollama import ChatOllama

        chat = ChatOllama(
            model=model or self._model,
            base_url=self._url,
            temperature=temperature,
            num_ctx=self._context_tokens,
            num_predict=ANSWER_TOKENS,
            format=dict(schema),
            # The client counts its time by the read, and takes proxies from the environment.
            client_kwargs={"timeout": self._timeout(), "trust_env": False},
        )
        said = [(ROLES[message.speaker], message.text) for message in messages]
        with _as_unavailable(), _closing(chat) as close:
            answer = _within(self._deadline_s, lambda: chat.invoke(said), close)
        usage = answer.usage_metadata or {}
        return Completion(
            text=str(answer.content),
            input_tokens=usage.get("input_tokens", 0),
            output_tokens=usage.get("output_tokens", 0),
        )

    def _timeout(self) -> Any:
        import httpx

        return httpx.Timeout(self._deadline_s, connect=CONNECT_TIMEOUT_S)


def _within(seconds: float, call: Callable[[], Any], close: Callable[[], None]) -> Any:
    """The call's result, or TookTooLong; closing the connection ends what is still going on.

    A server that sends a word now and then never runs into a time limit by the read.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(call)
        try:
            return future.result(timeout=seconds)
        except TookTooLong:
            close()
            raise


@contextmanager
def _closing(chat: Any) -> Iterator[Callable[[], None]]:
    """LangChain keeps its client to itself and closes it never."""
    connection = chat._client._client  # noqa: SLF001 - no public way to it
    try:
        yield connection.close
    finally:
        connection.close()


@contextmanager
def _as_unavailable() -> Iterator[None]:
    """Whatever goes wrong between here and the words of the model. Its text is not logged."""
    import httpx
    import ollama

    try:
        yield
    except ollama.ResponseError as error:
        _say("model_refused", error, status=error.status_code)
        raise LanguageModelUnavailable("The language model's server refused.") from error
    except (TookTooLong, httpx.TimeoutException) as error:
        _say("model_too_slow", error)
        raise LanguageModelUnavailable("The language model took too long.") from error
    except (ConnectionError, httpx.HTTPError, RuntimeError, ValueError) as error:
        # RuntimeError: of a connection closed under it; ValueError: an answer that is no JSON line.
        _say("model_unreachable", error)
        raise LanguageModelUnavailable("The language model cannot be reached.") from error


def _say(code: str, error: Exception, *, status: int | None = None) -> None:
    logger.warning(code, error=type(error).__name__, status=status)
