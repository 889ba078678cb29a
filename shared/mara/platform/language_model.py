"""A language model behind Ollama's API, reached through LangChain."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mara.kernel.language_model import ChatPrompt, Completion, LanguageModelUnavailable, Speaker
from mara.platform.model_counting import count_tokens, counted_request
from mara.platform.ollama_answers import MalformedAnswer, reading_answer
from mara.platform.telemetry import logger

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk
    from langchain_core.runnables import Runnable

ANSWER_TOKENS = 700
"""The longest answer; the rest of the context is for the prompt."""
ANSWER_CHARACTERS_MAX = 20_000
"""Generation is stopped here if a server ignores the limit of tokens."""
DEADLINE_S = 25.0
"""For the whole answer, where the caller gives no other time."""
CONNECT_TIMEOUT_S = 2.0
TOKENS_MAX = 2**31 - 1
"""The largest number of tokens that can be stored."""

ROLES = {Speaker.SYSTEM: "system", Speaker.USER: "human", Speaker.ASSISTANT: "ai"}


class OllamaLanguageModel:
    """Implements the port LanguageModel with ChatOllama.

    Every request sets the size of the context: by default, the server cuts a long prompt at a size
    of its own without an error.
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
        """The longest prompt, in tokens, that leaves room for an answer."""
        return self._context_tokens - ANSWER_TOKENS

    @property
    def answer_tokens_max(self) -> int:
        """The longest text that the model writes, in tokens: the server stops there."""
        return ANSWER_TOKENS

    def chat(
        self,
        prompt: ChatPrompt,
        *,
        model: str | None,
        temperature: float,
        schema: Mapping[str, Any],
        within_s: float | None = None,
    ) -> Completion:
        """Stream one JSON object until it ends, or until the deadline, which is ``within_s``.

        The time counts from the call: the first one imports LangChain, which takes seconds. At the
        deadline the connection is closed, which ends the generation at the server, and the text
        received so far is discarded: its quotes could be cut off. Raises LanguageModelUnavailable.
        """
        deadline = time.monotonic() + (self._deadline_s if within_s is None else within_s)
        generation = self._generate(
            prompt, model or self._model, temperature, dict(schema), deadline=deadline
        )
        # A route runs in an event loop already, and a thread has one loop at most.
        with counted_request(), _as_unavailable(), ThreadPoolExecutor(max_workers=1) as pool:
            answer = pool.submit(asyncio.run, generation).result()
        usage = answer.usage_metadata
        tokens = (usage["input_tokens"], usage["output_tokens"]) if usage else (0, 0)
        if not all(0 <= count <= TOKENS_MAX for count in tokens):
            logger.warning("model_answer_invalid", error="TokenCount")
            raise LanguageModelUnavailable("The language model's server counts wrongly.")
        count_tokens(*tokens)
        return Completion(answer.text, *tokens)

    async def _generate(
        self,
        prompt: ChatPrompt,
        model: str,
        temperature: float,
        schema: dict[str, Any],
        *,
        deadline: float,
    ) -> "AIMessageChunk":
        import httpx
        from langchain_ollama import ChatOllama

        left_s = deadline - time.monotonic()
        # LangChain does not close its client; closing the transport is enough.
        async with asyncio.timeout(left_s), httpx.AsyncHTTPTransport() as transport:
            chat = ChatOllama(
                model=model,
                base_url=self._url,
                temperature=temperature,
                num_ctx=self._context_tokens,
                num_predict=ANSWER_TOKENS,
                format=schema,
                # The client's timeout is one per read; the deadline is the one for the whole.
                async_client_kwargs={
                    "transport": transport,
                    "timeout": httpx.Timeout(max(left_s, 0.1), connect=CONNECT_TIMEOUT_S),
                    "trust_env": False,
                },
            )
            return await _collect(_template(prompt) | chat, prompt.values)


def _template(prompt: ChatPrompt) -> "Runnable[Any, Any]":
    from langchain_core.prompts import ChatPromptTemplate

    return ChatPromptTemplate.from_messages(
        [(ROLES[message.speaker], message.text) for message in prompt.templates]
    )


async def _collect(chain: "Runnable[Any, Any]", values: Mapping[str, str]) -> "AIMessageChunk":
    """Join the streamed chunks. Raises LanguageModelUnavailable if there are too many."""
    answer: AIMessageChunk | None = None
    characters = 0
    with reading_answer():
        async for chunk in chain.astream(dict(values)):
            answer = chunk if answer is None else answer + chunk
            characters += len(chunk.text)
            if characters > ANSWER_CHARACTERS_MAX:
                raise LanguageModelUnavailable("The language model does not end its answer.")
    if answer is None:
        raise LanguageModelUnavailable("The language model sent no answer.")
    return answer


@contextmanager
def _as_unavailable() -> Iterator[None]:
    """Translate every failure of LangChain, client and server. The model's text is not logged."""
    import httpx
    import ollama

    try:
        yield
    except ollama.ResponseError as error:
        _log("model_refused", error, status=error.status_code)
        raise LanguageModelUnavailable("The language model's server refused.") from error
    except (TimeoutError, httpx.TimeoutException) as error:
        _log("model_too_slow", error)
        raise LanguageModelUnavailable("The language model took too long.") from error
    except MalformedAnswer as error:
        _log("model_answer_invalid", error)
        raise LanguageModelUnavailable("The language model's server answered wrongly.") from error
    except (ConnectionError, httpx.HTTPError, ValueError) as error:
        # ValueError: the server sent a line that is not JSON.
        _log("model_unreachable", error)
        raise LanguageModelUnavailable("The language model cannot be reached.") from error


def _log(code: str, error: Exception, *, status: int | None = None) -> None:
    logger.warning(code, error=type(error).__name__, status=status)
