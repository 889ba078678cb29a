"""Simulates Loki's ``/loki/api/v1/push``, with its limits and scripted answers.

As Loki 3 with its defaults: at most 15 labels a stream, 256 KB a line and 128 fields of structured
metadata; a line that is stored already, with its time and labels, is taken and not stored twice.
Source: https://grafana.com/docs/loki/latest/configure/#limits_config.
"""

import argparse
import gzip
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

LABELS_MAX, LINE_BYTES_MAX, METADATA_MAX = 15, 256 * 1024, 128
BODY_BYTES_MAX = 4_000_000
STORED = 204

Stored: TypeAlias = tuple[tuple[tuple[str, str], ...], str, str]
"""Labels in the order of their names, time in nanoseconds, line."""


@dataclass
class SimulatedLoki:
    """``script`` holds the next answers: a status, which says nothing of the lines, or 204."""

    script: deque[int] = field(default_factory=deque)
    retry_after: str | None = None
    """The header ``Retry-After``: seconds, or anything."""
    stored: dict[Stored, dict[str, str]] = field(default_factory=dict)
    """Each line once, with its metadata."""
    repeated: int = 0
    """Lines that came again."""
    requests: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    """Those of the last request."""

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route("/loki/api/v1/push", self.push, methods=["POST"])])

    async def push(self, request: Request) -> Response:
        """Answer as the script says; without one, store the lines."""
        self.requests += 1
        self.headers = dict(request.headers)
        status = self.script.popleft() if self.script else STORED
        if status != STORED:
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return PlainTextResponse(f"scripted {status}", status, headers)
        body = gzip.decompress(await request.body())
        refusal = self._take(json.loads(body)) if len(body) <= BODY_BYTES_MAX else "too large"
        return PlainTextResponse(refusal, 400) if refusal else Response(status_code=STORED)

    def _take(self, document: dict[str, Any]) -> str | None:
        """Store a push as a whole, or return what is wrong with it."""
        found: dict[Stored, dict[str, str]] = {}
        for stream in document["streams"]:
            labels = tuple(sorted(stream["stream"].items()))
            if not 0 < len(labels) <= LABELS_MAX:
                return f"a stream has 1 to {LABELS_MAX} labels"
            for at_ns, line, metadata in stream["values"]:
                if not (isinstance(at_ns, str) and at_ns.isdigit()):
                    return "a time is a string of nanoseconds"
                if len(line.encode()) > LINE_BYTES_MAX:
                    return "max entry size exceeded"
                if len(metadata) > METADATA_MAX:
                    return "too many fields of structured metadata"
                found[labels, at_ns, line] = metadata
        self.repeated += len(found.keys() & self.stored.keys())
        self.stored.update(found)
        return None


def main() -> None:
    """Serve on loopback until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    uvicorn.run(SimulatedLoki().app(), host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
