"""A language model behind Ollama's API that writes JSON in time, by the package ``ollama``."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from mara.kernel.language_model import ChatPrompt
from mara.platform.ollama_answers import MalformedAnswer, reading_answer

ANSWER_TOKENS = 160
"""Of the answer: some ten for each of eight grades, with room for white space."""
ANSWER_CHARACTERS_MAX = 2_000
"""Reading ends here if a server ignores the limit of tokens."""
CONNECT_TIMEOUT_S = 2.0


class JudgeUnavailable(Exception):
    """The model does not answer; the text is the code of the log line."""


@dataclass(frozen=True, slots=True)
class OllamaJudge:
    """The model, its server, its context window in tokens, and the time for one answer."""

    url: str
    model: str
    context_tokens: int
    timeout_s: float

    def write(self, prompt: ChatPrompt, schema: dict[str, Any]) -> str:
        """The text that the model writes; it may be cut off. Raises JudgeUnavailable."""
        import httpx
        import ollama

        try:
            # A route runs in an event loop already, and a thread has one loop at most.
            with ThreadPoolExecutor(max_workers=1) as pool:
                return pool.submit(asyncio.run, self._generate(prompt, schema)).result()
        except ollama.ResponseError as error:
            raise JudgeUnavailable("reranker_refused") from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise JudgeUnavailable("reranker_too_slow") from error
        except MalformedAnswer as error:
            raise JudgeUnavailable("reranker_answer_invalid") from error.__cause__
        except (OSError, httpx.HTTPError, ValueError) as error:
            # ValueError: the server sent a line that is not JSON.
            raise JudgeUnavailable("reranker_unreachable") from error

    async def _generate(self, prompt: ChatPrompt, schema: dict[str, Any]) -> str:
        """Stream the answer; at the deadline the connection is closed, which ends generation."""
        import httpx
        from ollama import AsyncClient

        timeout = httpx.Timeout(self.timeout_s, connect=min(CONNECT_TIMEOUT_S, self.timeout_s))
        client = AsyncClient(self.url, timeout=timeout, trust_env=False)
        sizes = {"num_ctx": self.context_tokens, "num_predict": ANSWER_TOKENS}
        written = ""
        async with asyncio.timeout(self.timeout_s), client:
            answer = await client.chat(
                model=self.model,
                messages=[{"role": m.speaker.value, "content": m.text} for m in prompt.messages],
                stream=True,
                think=False,
                format=schema,
                options={"temperature": 0.0, **sizes},
            )
            with reading_answer():
                async for part in answer:
                    written += part.message.content or ""
                    if len(written) > ANSWER_CHARACTERS_MAX:
                        break
        return written
