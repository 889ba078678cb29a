"""Refuses requests to the AWS emulator that are not signed with the stack's generated secret.

ministack answers anybody by itself; its own check (AUTH=true) enforces IAM policies as well. The
front door proves itself by a header instead of a signature, because it forwards requests whose
``Authorization`` belongs to the API.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from infra.local.emulator.signatures import SentRequest, trusted_headers
from infra.local.settings import SECRET_HEADER

FRONT_DOOR_PATHS = ("/_aws/execute-api/", "/_ministack/health", "/_ministack/ses/messages")
REFUSAL = (
    b"<Error><Code>AccessDenied</Code>"
    b"<Message>Sign the request with the emulator_secret of secrets.json.</Message></Error>"
)


class EmulatorGate:
    """An ASGI application around the emulator's."""

    def __init__(self, app: Any, secret: str, before_answer: Callable[[], None]) -> None:
        """``secret`` is the secret access key that signs, and what the front door sends.

        ``before_answer()`` is called before a signed request is answered.
        """
        self._app = app
        self._secret = secret
        self._before_answer = before_answer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, or answer it with 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":  # WebSocket APIs are not used
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        if self._is_front_door(scope, headers):
            kept = [(k, v) for k, v in scope["headers"] if k.lower() != SECRET_HEADER.encode()]
            await self._app({**scope, "headers": kept}, receive, send)
            return
        if scope["method"] == "OPTIONS":  # a browser's preflight request carries no signature
            await self._app(scope, receive, send)
            return
        body = b""
        if "x-amz-content-sha256" not in headers:  # else the signature covers that header
            body = await _read(receive)
            receive = _replay(body, receive)
        path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        request = SentRequest(scope["method"], path, query, headers, body)
        trusted = trusted_headers(request, self._secret)
        if trusted is None:
            await _refuse(send)
            return
        kept = [(k, v) for k, v in scope["headers"] if k.decode("latin-1").lower() in trusted]
        await self._app({**scope, "headers": kept}, receive, self._before(send))

    def _is_front_door(self, scope: Any, headers: Mapping[str, str]) -> bool:
        sent = headers.get(SECRET_HEADER, "").encode("latin-1")
        known = hmac.compare_digest(sent, self._secret.encode())
        return known and scope["path"].startswith(FRONT_DOOR_PATHS) and ".." not in scope["path"]

    def _before(self, send: Any) -> Any:
        async def send_later(message: Any) -> None:
            if message["type"] == "http.response.start":
                self._before_answer()
            await send(message)

        return send_later


async def _read(receive: Any) -> bytes:
    parts = []
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _replay(body: bytes, receive: Any) -> Any:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Any:
        return messages.pop() if messages else await receive()

    return again


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"application/xml"), (b"content-length", b"%d" % len(REFUSAL))]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSAL})
