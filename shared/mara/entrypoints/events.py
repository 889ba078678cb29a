"""The parts of an API Gateway event (REST API, payload 1.0) that the frame reads and writes."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from mara.kernel.json_text import encoded
from mara.kernel.text import REPLACEMENT, mask

Event = dict[str, Any]
Response = dict[str, Any]

USER_AGENT_MAX = 200
_SURROGATE = re.compile("[\ud800-\udfff]")

REQUEST = "mara.request"
"""The key of the event under which the frame puts its ``Request``."""
PRINCIPAL = "mara.principal"
"""The key of the event under which the frame puts the caller, where it has authenticated one."""


@dataclass(slots=True)
class Request:
    """One request, as the frame reads it; ``event`` is what Mangum receives."""

    event: Event
    request_id: str
    headers: Mapping[str, str] = field(init=False)
    """Names in lower case; of a repeated header, the last."""
    ends_with_slash: bool = field(init=False)
    """Whether the path of the event did."""

    def __post_init__(self) -> None:
        """Normalize header names and the path, and mask what no header and path may contain.

        A browser may send any bytes in a header that no route reads: they do not fail the request.
        """
        self.event.update(_masked_headers(self.event))
        self.headers = {name.lower(): value for name, value in self.event["headers"].items()}
        path: str = mask(self.event.get("path") or "/")
        self.ends_with_slash = path.endswith("/")
        # `/agents/` and `/agents` are one route.
        self.event["path"] = path.rstrip("/") or "/"
        if parameters := self.event.get("pathParameters"):
            self.event["pathParameters"] = _masked(parameters)

    def header(self, name: str) -> str:
        """All values of a header, given in lower case, as one (RFC 9110, 5.3); empty without it."""
        many: Mapping[str, list[str]] = self.event["multiValueHeaders"]
        values = [value for sent, found in many.items() if sent.lower() == name for value in found]
        return ", ".join(values) if values else self.headers.get(name, "")

    def mask_body(self) -> None:
        """Put U+FFFD in place of each lone surrogate of a body that is text: UTF-8 has none."""
        body: str = self.event.get("body") or ""
        if not body.isascii() and not self.event.get("isBase64Encoded"):
            self.event["body"] = _SURROGATE.sub(REPLACEMENT, body)

    @property
    def method(self) -> str:
        """The HTTP method, in upper case."""
        return str(self.event["httpMethod"])

    @property
    def path(self) -> str:
        """The path, without a trailing slash."""
        return str(self.event["path"])

    @property
    def address(self) -> str:
        """The caller's address as API Gateway saw it; a header could be forged."""
        return str(self.event["requestContext"].get("identity", {}).get("sourceIp", ""))

    @property
    def user_agent(self) -> str:
        """The User-Agent header, without control characters, at most 200 characters of it."""
        printable = (c for c in self.headers.get("user-agent", "") if c.isprintable())
        return "".join(printable)[:USER_AGENT_MAX]

    @property
    def arrived_at(self) -> datetime | None:
        """When API Gateway received the request, before a cold start; None if it is not known."""
        epoch_ms = self.event["requestContext"].get("requestTimeEpoch")
        return datetime.fromtimestamp(epoch_ms / 1000, UTC) if epoch_ms else None

    @property
    def body_size(self) -> int:
        """Size of the body in bytes as the client sent it, whatever form the event has it in."""
        body: str = self.event.get("body") or ""
        if self.event.get("isBase64Encoded"):
            return len(body) // 4 * 3 - body.count("=", -2)
        return len(body) if body.isascii() else len(body.encode(errors="surrogatepass"))

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def raw_body(self) -> bytes:
        """The bytes of the body."""
        body = self.event.get("body") or ""
        if self.event.get("isBase64Encoded"):
            return base64.b64decode(body)
        return str(body).encode(errors="surrogatepass")


def _masked(values: Mapping[str, str]) -> dict[str, str]:
    return {mask(name): mask(value) for name, value in values.items()}


def _masked_headers(event: Event) -> Event:
    """Both forms of the headers in ``event``, masked."""
    headers: Mapping[str, str] = event.get("headers") or {}
    many: Mapping[str, list[str]] = event.get("multiValueHeaders") or {}
    all_at_once = "".join([*headers, *headers.values(), *many, *chain(*many.values())])
    if mask(all_at_once) != all_at_once:
        headers = _masked(headers)
        many = {mask(name): [mask(value) for value in values] for name, values in many.items()}
    return {"headers": headers, "multiValueHeaders": many}


def json_response(
    status: int, body: Any, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an API Gateway response with ``body`` as JSON."""
    return {
        "statusCode": status,
        "headers": {"content-type": media_type, **(headers or {})},
        "multiValueHeaders": {},
        "body": encoded(body),
        "isBase64Encoded": False,
    }
