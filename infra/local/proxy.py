"""A reverse proxy with a stable address in front of the API of the latest deployment."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
# Hop-by-hop headers (RFC 9110, section 7.6.1), and those that the server sets itself.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length"}
TIMEOUT_S = 35.0
STATUS_PATH = "/_mara/status"
BODY_MAX = 10 * 1024 * 1024
"""Bytes: the limit of API Gateway."""


def make_app(gateway_file: Path) -> Starlette:
    """Return the app that forwards to the API in ``gateway_file``, which a deployment rewrites."""

    async def forward(request: Request) -> Response:
        base = _base_url(gateway_file)
        if base is None:
            return _problem(503, "starting", "The stack is being deployed; try again in a moment.")
        body = await request.body()
        if len(body) > BODY_MAX:
            return _problem(413, "body_too_large", "API Gateway accepts at most 10 MB.")
        client: httpx.AsyncClient = request.app.state.client
        try:
            url = httpx.URL(base + _path(request), query=request.scope["query_string"])
        except httpx.InvalidURL:
            return _problem(400, "bad_path", "The path contains invalid characters.")
        kept = [(k, v) for k, v in request.headers.raw if k.decode().lower() not in HOP_BY_HOP]
        try:
            answer = await client.request(request.method, url, content=body, headers=kept)
        except httpx.TransportError:
            return _problem(502, "gateway_unreachable", "The emulator does not answer.")
        return _response(answer)

    async def status(_: Request) -> Response:
        return JSONResponse({"deployed": _base_url(gateway_file) is not None})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits, trust_env=False) as client:
            app.state.client = client
            yield

    routes = [Route(STATUS_PATH, status), Route("/{path:path}", forward, methods=METHODS)]
    return Starlette(routes=routes, lifespan=lifespan)


def _path(request: Request) -> str:
    """Return the raw path: decoding would turn an escaped slash into a separator."""
    sent: bytes = request.scope["raw_path"]
    return sent.decode("latin-1").rstrip("/") or "/"


def _base_url(gateway_file: Path) -> str | None:
    try:
        where = json.loads(gateway_file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    api, stage, port = where["api_id"], where["stage"], where["emulator_port"]
    return f"http://127.0.0.1:{port}/_aws/execute-api/{api}/{stage}"


def _response(answer: httpx.Response) -> Response:
    # httpx has decoded the content; repeated headers, such as two cookies, stay separate.
    response = Response(answer.content, answer.status_code)
    dropped = HOP_BY_HOP | {"content-encoding", "server", "date"}
    length = [(k, v) for k, v in response.raw_headers if k == b"content-length"]
    kept = [(k, v) for k, v in answer.headers.raw if k.decode().lower() not in dropped]
    response.raw_headers = [*kept, *length]
    return response


def _problem(status: int, code: str, detail: str) -> Response:
    body = {"type": f"/problems/local/{code}", "title": code, "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")
