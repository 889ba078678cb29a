"""A front door for tests: the real application before an emulator that notes what arrives."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from infra.local.front_door.app import FrontDoor, make_app
from infra.local.front_door.gateway import Gateway
from infra.local.front_door.protocol import FrontDoorProtocol

SECRET = "front-door-secret"
ORIGIN = "http://localhost:3000"
ROUTES = [
    ["GET", "/api/v1/health"],
    ["POST", "/api/v1/auth/login"],
    ["POST", "/api/v1/documents/upload"],
    ["POST", "/api/v1/alerts/intake/{intake_id}"],
    ["GET", "/api/v1/agents/{agent_id}"],
    ["GET", "/docs"],
    ["GET", "/docs/{proxy+}"],
    *[[method, "/{proxy+}"] for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")],
]


class NotingEmulator:
    """An ASGI application that answers as a function does, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, list[str]], bytes]] = []
        self.status = 200
        self.is_of_a_function = True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode().lower(), []).append(value.decode("latin-1"))
        path = scope["raw_path"].decode()
        self.requests.append((scope["method"], path, headers, body))
        sent = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        sent += [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        sent += [(b"x-request-id", b"r1")] if self.is_of_a_function else []
        await send({"type": "http.response.start", "status": self.status, "headers": sent})
        await send({"type": "http.response.body", "body": b"{}"})


def write_gateway(file: Path) -> Path:
    """Describe a deployment with a few routes."""
    found = {"api_id": "api1", "stage": "local", "emulator_port": 1, "routes": ROUTES}
    file.write_text(json.dumps({**found, "origins": [ORIGIN]}), "utf-8")
    return file


def door_before(emulator: NotingEmulator, gateway_file: Path, **settings: Any) -> httpx.AsyncClient:
    """A client whose requests go through the front door to this emulator, without sockets."""
    inner = httpx.AsyncClient(transport=httpx.ASGITransport(emulator))
    door = FrontDoor(Gateway(gateway_file), SECRET, client=inner, **settings)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        from starlette.requests import Request

        response = await door.serve(Request(scope, receive))
        await response(scope, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://front")


@contextmanager
def served(
    gateway_file: Path, *, headers_timeout_s: float = 10.0, telegram_port: int = 0
) -> Iterator[int]:
    """The front door on a port, as its process serves it; nothing is behind it."""

    class Protocol(FrontDoorProtocol):
        pass

    Protocol.headers_timeout_s = headers_timeout_s
    config = uvicorn.Config(
        make_app(gateway_file, SECRET, telegram_port),
        http=Protocol,
        ws="none",
        proxy_headers=False,
        server_header=False,
        log_level="critical",
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def raw(port: int, data: bytes, timeout_s: float = 5.0) -> bytes:
    """Send bytes, and return all that comes back until the other side closes."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout_s) as link:
        link.sendall(data)
        while part := link.recv(65536):
            received += part
    return received
