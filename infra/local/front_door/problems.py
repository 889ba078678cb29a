"""Answers of the front door itself: problem documents, as the API's functions give them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mara.entrypoints.gateway_problems import GATEWAY_PROBLEMS, gateway_problem
from mara.entrypoints.headers import CORS_EXPOSED_HEADERS, DEFAULTS
from mara.entrypoints.problems import PROBLEM_JSON

Origins = frozenset[str]


def answer(
    request: Request,
    code: str,
    *,
    origins: Origins = frozenset(),
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the problem document ``code``, one of GATEWAY_PROBLEMS, with CORS for an origin."""
    request_id = str(uuid4())
    body = gateway_problem(code, instance=_instance(request), request_id=request_id, detail=detail)
    sent = {**(headers or {}), **common_headers(request.headers.get("origin"), origins)}
    response = JSONResponse(
        body, body["status"], {**sent, "x-request-id": request_id}, media_type=PROBLEM_JSON
    )
    if request.method == "HEAD":
        response.body = b""  # its headers describe the answer to GET (RFC 9110, section 9.3.2)
    return response


def common_headers(origin: str | None, origins: Origins) -> dict[str, str]:
    """Headers of every answer that does not come from a function."""
    sent = dict(DEFAULTS)
    if origins:
        sent["vary"] = "Origin"
    if origin in origins:
        sent["access-control-allow-origin"] = str(origin)
        sent["access-control-allow-credentials"] = "true"
        sent["access-control-expose-headers"] = CORS_EXPOSED_HEADERS
    return sent


def raw_answer(code: str) -> bytes:
    """Return a whole HTTP/1.1 response to a request that cannot be read; it ends the connection."""
    problem: Any = GATEWAY_PROBLEMS[code]
    content = JSONResponse(gateway_problem(code, instance="/", request_id=str(uuid4()))).body
    head = [
        f"HTTP/1.1 {problem.status} {problem.status.phrase}",
        f"content-type: {PROBLEM_JSON}",
        f"content-length: {len(content)}",
        "connection: close",
        *(f"{name}: {value}" for name, value in common_headers(None, frozenset()).items()),
    ]
    return "\r\n".join([*head, "", ""]).encode("ascii") + bytes(content)


def _instance(request: Request) -> str:
    """Return the path as the client sent it; a malformed one is not repeated."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("ascii") if raw.startswith(b"/") and raw.isascii() else "/"
