"""API Gateway events of a REST API, and a client that calls a handler with them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

from mara.entrypoints.http import LambdaHandler
from tests.support.contract import check_response

CONTEXT = SimpleNamespace(aws_request_id="req-1")
EXCHANGED: list[tuple[dict[str, Any], dict[str, Any]]] = []
"""The events and responses of the test that runs."""


def api_event(
    method: str,
    path: str,
    *,
    body: object = None,
    raw: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    path_parameters: Mapping[str, str] | None = None,
    address: str = "192.0.2.1",
) -> dict[str, Any]:
    sent = dict(headers or {})
    if body is not None:
        sent.setdefault("content-type", "application/json")
    text = json.dumps(body) if body is not None else None
    if raw is not None:
        text = base64.b64encode(raw).decode()
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "pathParameters": dict(path_parameters) if path_parameters else None,
        "requestContext": {
            "identity": {"sourceIp": address},
            "stage": "local",
            "requestId": "req-1",
        },
        "body": text,
        "isBase64Encoded": raw is not None,
    }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    cookies: SimpleCookie
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def call(handler: LambdaHandler, method: str, path: str, **parts: Any) -> Answer:
    event = api_event(method, path, **parts)
    response = handler(event, CONTEXT)
    check_response(handler, event, response)
    EXCHANGED.append((event, response))
    headers = dict(response.get("headers") or {})
    cookies: SimpleCookie = SimpleCookie()
    many = response.get("multiValueHeaders") or {}
    set_cookie = many.get("set-cookie") or (
        [headers["set-cookie"]] if "set-cookie" in headers else []
    )
    for line in set_cookie:
        cookies.load(line)
    body = response.get("body") or ""
    if response.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8", "replace")
    return Answer(response["statusCode"], headers, cookies, body)
