"""What requests and responses carry that no log may show, and a search for it."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from infra.local.openapi import TARGET

SHORTEST = 8
"""Shorter values occur in log lines by chance."""
HARMLESS = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # an id
    r"|\d{4}-\d{2}-\d{2}(T[\d:.+]+Z?)?"  # a date or a time
    r"|[\d.,+-]+"  # a number
    r"|[a-z]+([_-][a-z]+)*"  # a kind, as of an entry, or the name of a queue
)
OF_PROBLEMS = {"type", "title", "code", "instance"}
"""Members of a problem document with fixed texts and a path."""
CREDENTIALS = {
    *("authorization", "cookie", "set-cookie", "x-api-key", "x-telegram-bot-api-secret-token")
}
SEPARATOR = re.compile(r"[\s;=,]+")
CLOCK = re.compile(r"\d{2}:\d{2}:\d{2}")
"""Of the moment at which a cookie ends, which may be that of a log line."""


def of_exchange(event: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What a Lambda event of API Gateway and its response carry."""
    yield from of_headers(event["headers"].items())
    yield from of_address(event)
    lines = response.get("multiValueHeaders") or {}
    yield from of_headers((name, line) for name, values in lines.items() for line in values)
    for message in (event, response):
        body = message.get("body") or ""
        is_encoded = message.get("isBase64Encoded", False)
        yield from of_body(base64.b64decode(body) if is_encoded else body.encode())


def of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The credentials among the headers."""
    for name, value in headers:
        if name.lower() in CREDENTIALS:
            for part in SEPARATOR.split(value):
                if len(part) >= SHORTEST and not CLOCK.fullmatch(part):
                    yield part


def of_address(event: Mapping[str, Any]) -> Iterator[str]:
    """The parts of the path and the values of the query that are not known to be harmless."""
    parts = list(event.get("path", "").split("/"))
    parts += (event.get("pathParameters") or {}).values()
    parts += (event.get("queryStringParameters") or {}).values()
    yield from (one for one in parts if _is_confidential(one))


def of_body(content: bytes) -> Iterator[str]:
    """The strings of a JSON body, or the lines of a text, that are not known to be harmless."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        values = content.decode("utf-8", "ignore").splitlines()
    else:
        values = [value for key, value in _strings(document, "") if key not in OF_PROBLEMS]
    yield from filter(_is_confidential, values)


def found_in(text: str, values: Iterable[str]) -> list[str]:
    """The values that a log shows, as they are or as JSON writes them."""
    return [
        value for value in sorted(set(values)) if value in text or json.dumps(value)[1:-1] in text
    ]


def _is_confidential(value: str) -> bool:
    return len(value) >= SHORTEST and value not in _known() and not HARMLESS.fullmatch(value)


def _strings(document: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(document, str):
        yield key, document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield from _strings(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from _strings(value, key)


@cache
def _known() -> frozenset[str]:
    """Values that the OpenAPI document lists, such as states."""

    def listed(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (one for one in node.get("enum", ()) if isinstance(one, str))
            yield from [node["const"]] if isinstance(node.get("const"), str) else []
            for value in node.values():
                yield from listed(value)
        elif isinstance(node, list):
            for value in node:
                yield from listed(value)

    return frozenset(listed(json.loads(TARGET.read_text("utf-8"))))
