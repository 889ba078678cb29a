"""An Ollama that does what it is told to: answer, fail, dawdle, break off, or obey its context.

Faults as the real server has them: see its API, https://github.com/ollama/ollama/blob/main/docs/api.md.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
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
    NONE = "none"
    REFUSES = "refuses"
    """500 with an error, as for an option it cannot read."""
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    """403 with no body, as for a host it does not know."""
    SILENT = "silent"
    """Takes the request and says nothing."""
    DAWDLES = "dawdles"
    """A few characters now and then, for ever: never slow enough for a limit by the read."""
    BREAKS_OFF = "breaks off"
    """Half a stream, and the connection is gone."""
    ERROR_IN_STREAM = "error in stream"
    """A 200, and then a line with an error."""
    GARBAGE = "garbage"
    """A 200 with lines that are no JSON."""


@dataclass
class SimulatedOllama:
    """``says`` is what the model writes; ``obeys`` makes it do what its context orders."""

    says: str = "{}"
    fault: Fault = Fault.NONE
    obeys: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def write(self, body: dict[str, Any]) -> str:
        """An obedient model repeats all it has read, and confirms every order it found there."""
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
        body = await request.json()
        self.asked.append(body)
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
                return StreamingResponse(self._stream(body), media_type="application/x-ndjson")

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
        yield _line(text[half:])
        yield _line("", done=True, done_reason="stop", prompt_eval_count=100, eval_count=20)


def _line(text: str, *, done: bool = False, **more: Any) -> str:
    message = {"role": "assistant", "content": text}
    said = {"model": "simulated", "created_at": "2026-11-23T00:00:00Z", "message": message}
    return json.dumps({**said, "done": done, **more}) + "\n"


@contextmanager
def simulated_ollama(port: int) -> Iterator[SimulatedOllama]:
    """Served on loopback from a thread of its own."""
    simulated = SimulatedOllama()
    app = Starlette(routes=[Route("/api/chat", simulated.chat, methods=["POST"])])
    with served(app, port) as simulated.url:
        try:
            yield simulated
        finally:
            simulated.fault = (
                Fault.NONE
            )  # what it is silent about would keep the server from ending
