"""Simulates a collector of OpenTelemetry: takes spans by OTLP over HTTP, with scripted answers.

Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request. It reads a body with the types
of ``opentelemetry.proto``, as a collector does.
"""

import argparse
import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import uvicorn
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

PROTOBUF = "application/x-protobuf"
TAKEN = 200
HANGS, TRICKLES = 0, 1
"""In a script: no answer for HANGS_S; an answer whose body takes as long."""
HANGS_S = 5.0
STEP_S = 0.1


@dataclass
class SimulatedCollector:
    """``script`` holds the next answers, a status or HANGS; without one, spans are taken."""

    script: deque[int] = field(default_factory=deque)
    spans: list[Span] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)
    """What the sender of each request said of itself."""
    requests: int = 0

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route("/v1/traces", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        """Answer as the script says; without one, keep the spans."""
        self.requests += 1
        body = await request.body()
        status = self.script.popleft() if self.script else TAKEN
        if status == HANGS:
            await asyncio.sleep(HANGS_S)
        if status == TRICKLES:
            return StreamingResponse(_trickle(), media_type=PROTOBUF)
        if status != TAKEN:
            return Response(status_code=status or TAKEN, media_type=PROTOBUF)
        if request.headers.get("content-type") != PROTOBUF:
            return Response(status_code=415)
        try:
            found = ExportTraceServiceRequest.FromString(body)
        except DecodeError:
            return Response(status_code=400, media_type=PROTOBUF)
        for group in found.resource_spans:
            known = {one.key: one.value.string_value for one in group.resource.attributes}
            self.resources.append(known)
            for scope in group.scope_spans:
                self.spans.extend(scope.spans)
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type=PROTOBUF)


async def _trickle() -> AsyncIterator[bytes]:
    for _ in range(int(HANGS_S / STEP_S)):
        yield b"."
        await asyncio.sleep(STEP_S)


def attributes(span: Span) -> dict[str, str]:
    """Return the attributes of a span, which are texts."""
    return {one.key: one.value.string_value for one in span.attributes}


def main() -> None:
    """Serve on loopback until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    uvicorn.run(SimulatedCollector().app(), host="127.0.0.1", port=options.port)


if __name__ == "__main__":
    main()
