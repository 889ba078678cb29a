"""A simulated Ollama server with the faults of the real one, and a model that obeys its prompt.

The API: https://github.com/ollama/ollama/blob/main/docs/api.md.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from infra.local.simulators.serving import served

COMMAND = re.compile(r"(?:ignore|reveal|print|show|забудь|покажи)[^.\n]*", re.IGNORECASE)


class Fault(StrEnum):
    """What goes wrong with each request."""

    NONE = "none"
    REFUSES = "refuses"
    """Answers 500 with an error, as for an option of a wrong type."""
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    """Answers 403 without a body, as for an unknown Host header."""
    SILENT = "silent"
    """Accepts the request and does not answer."""
    DAWDLES = "dawdles"
    """Streams a few characters every now and then, so that no timeout per read expires."""
    ENDLESS = "endless"
    """Generates as fast as it can, and ignores the limit of tokens."""
    BREAKS_OFF = "breaks off"
    """Closes the connection in mid-stream."""
    ERROR_IN_STREAM = "error in stream"
    """Answers 200, then streams a line with an error."""
    GARBAGE = "garbage"
    """Answers 200 with text that is not JSON."""


@dataclass
class SimulatedOllama:
    """``says`` is the text that the model generates; ``obeys`` makes it follow its context.

    ``answers`` generates the text from the body of the request, in place of ``says``. ``models``
    are the names it lists, and ``asked`` the bodies of the chat requests. ``raw`` is sent as it is,
    in place of the lines of a chat, the list of models and the vectors.
    """

    says: str = "{}"
    fault: Fault = Fault.NONE
    obeys: bool = False
    answers: Callable[[dict[str, Any]], str] | None = None
    models: list[str] = field(default_factory=lambda: ["simulated:1b"])
    asked: list[dict[str, Any]] = field(default_factory=list)
    raw: str | None = None
    url: str = ""

    def write(self, body: dict[str, Any]) -> str:
        """Return the answer; an obedient model repeats its context and cites all of it."""
        if self.answers is not None:
            return self.answers(body)
        if not self.obeys:
            return self.says
        context = "\n".join(message["content"] for message in body["messages"])
        orders = COMMAND.findall(context)
        quotes = [
            {"passage": number, "quote": line}
            for number in range(1, 21)
            for line in context.splitlines()
            if line.strip()
        ]
        return json.dumps({"answer": f"Done: {orders}. {context}", "citations": quotes[:500]})

    async def chat(self, request: Request) -> Response:
        """POST /api/chat."""
        body = await request.json()
        self.asked.append(body)
        failed = await self._fail(request)
        if failed is not None:
            return failed
        if self.raw is not None:
            return Response(self.raw, media_type="application/x-ndjson")
        return StreamingResponse(self._stream(body), media_type="application/x-ndjson")

    async def tags(self, request: Request) -> Response:
        """GET /api/tags."""
        failed = await self._fail(request)
        if failed is not None:
            return failed
        if self.fault is Fault.GARBAGE:
            return Response("<html>bad gateway</html>")
        if self.raw is not None:
            return Response(self.raw, media_type="application/json")
        return JSONResponse({"models": [{"name": name, "model": name} for name in self.models]})

    async def embed(self, request: Request) -> Response:
        """POST /api/embed: the same vector for each text."""
        texts = (await request.json())["input"]
        failed = await self._fail(request)
        if failed is not None:
            return failed
        if self.raw is not None:
            return Response(self.raw, media_type="application/json")
        return JSONResponse({"embeddings": [[0.6, 0.8]] * len(texts)})

    async def pull(self, request: Request) -> Response:
        """POST /api/pull: a model whose name has a tag exists, and another does not."""
        name = (await request.json())["model"]
        failed = await self._fail(request)
        if failed is not None:
            return failed

        async def lines() -> AsyncIterator[str]:
            yield _json_line(status="pulling manifest")
            if ":" not in name:
                yield _json_line(error="pull model manifest: file does not exist")
                return
            for percent in range(0, 101, 5):
                yield _json_line(status="pulling layer", total=10**9, completed=percent * 10**7)
            yield _json_line(status="success")
            self.models.append(name)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def _fail(self, request: Request) -> Response | None:
        """Answer with the fault, if it is one that replaces the whole answer."""
        match self.fault:
            case Fault.REFUSES:
                return JSONResponse({"error": "option must be of type integer"}, status_code=500)
            case Fault.BUSY:
                return JSONResponse({"error": "server busy, please try again."}, status_code=503)
            case Fault.FORBIDDEN:
                return Response(status_code=403)
            case Fault.SILENT:
                while (await request.receive())["type"] != "http.disconnect":
                    pass
                return Response(status_code=499)
            case _:
                return None

    async def _stream(self, body: dict[str, Any]) -> AsyncIterator[str]:
        if self.fault is Fault.GARBAGE:
            yield "<html>bad gateway</html>\n"
            return
        text = self.write(body)
        half = len(text) // 2
        yield _line(text[:half])
        if self.fault is Fault.ERROR_IN_STREAM:
            yield json.dumps({"error": "an error was encountered while running the model"}) + "\n"
            return
        if self.fault is Fault.BREAKS_OFF:
            raise ConnectionResetError
        while self.fault is Fault.DAWDLES:
            await asyncio.sleep(0.05)
            yield _line(" ")
        while self.fault is Fault.ENDLESS:
            await asyncio.sleep(0)
            yield _line("word " * 100)
        yield _line(text[half:])
        yield _line("", done=True, done_reason="stop", prompt_eval_count=100, eval_count=20)


def _line(text: str, *, done: bool = False, **more: Any) -> str:
    message = {"role": "assistant", "content": text}
    said = {"model": "simulated", "created_at": "2026-11-23T00:00:00Z", "message": message}
    return _json_line(**said, done=done, **more)


def _json_line(**members: Any) -> str:
    return json.dumps(members) + "\n"


@contextmanager
def simulated_ollama(port: int) -> Iterator[SimulatedOllama]:
    """Serve on loopback, from a separate thread."""
    simulated = SimulatedOllama()
    app = Starlette(
        routes=[
            Route("/api/chat", simulated.chat, methods=["POST"]),
            Route("/api/tags", simulated.tags),
            Route("/api/embed", simulated.embed, methods=["POST"]),
            Route("/api/pull", simulated.pull, methods=["POST"]),
        ]
    )
    with served(app, port) as simulated.url:
        try:
            yield simulated
        finally:
            # A request that is still open would keep the server from stopping.
            simulated.fault = Fault.NONE
