"""The application of the front door: it checks a request, finds its route, and forwards it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from infra.local import mailbox
from infra.local.front_door import headers as http_headers
from infra.local.front_door import telegram
from infra.local.front_door.bodies import (
    BodyTooLarge,
    problem_of_the_emulator,
    read_body,
    response_of,
)
from infra.local.front_door.gateway import Deployment, Gateway
from infra.local.front_door.paths import BadTarget, normalize
from infra.local.front_door.problems import answer, common_headers
from infra.local.front_door.slots import RETRY_AFTER_S, Busy, Slots
from infra.local.settings import STATUS_PATH
from mara.entrypoints.body_check import LARGE_DELIVERY, LARGE_FILE
from mara.entrypoints.gateway_problems import GATEWAY_PROBLEMS
from mara.entrypoints.route_table import Match, Route

DOCUMENTATION = "/docs"
BODY_TIMEOUT_S = 30.0
GATEWAY_TIMEOUT_S = 29.0
"""API Gateway's default limit of an integration."""
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_CLOSE = {"connection": "close"}  # else the rest of the body would be read as the next request
_REFUSALS = {
    BadTarget: "bad_target",
    http_headers.BadFraming: "malformed_request",
    http_headers.HeadersTooLarge: "headers_too_large",
}
_ADVICE = {
    "/api/v1/documents/upload": LARGE_FILE,
    "/api/v1/alerts/intake/{intake_id}": LARGE_DELIVERY,
}
"""What to do about a body that is too large, as the route itself would say."""
_RETRY = {"retry-after": str(RETRY_AFTER_S)}


@dataclass
class FrontDoor:
    """Serves requests; ``secret`` is what the emulator wants from the front door."""

    gateway: Gateway
    secret: str
    slots: Slots = field(default_factory=Slots)
    body_timeout_s: float = BODY_TIMEOUT_S
    client: httpx.AsyncClient | None = None
    """Set while the application runs."""

    async def serve(self, request: Request) -> Response:
        """Answer any request but that for the status."""
        deployed = self.gateway.deployment()
        origins = deployed.origins if deployed else frozenset[str]()
        try:
            http_headers.check(request.scope["headers"])
            path = normalize(request.scope["raw_path"], request.scope["query_string"])
        except (BadTarget, http_headers.BadFraming, http_headers.HeadersTooLarge) as error:
            return answer(
                request,
                _REFUSALS[type(error)],
                origins=origins,
                detail=str(error) or None,
                headers=_CLOSE,
            )
        if deployed is None:
            return answer(request, "starting", headers=_RETRY)
        found = deployed.table.match(request.method, path)
        if found.route is None:
            return _refuse(request, path, found, origins)
        return await self._receive(request, deployed, found.route)

    async def _receive(self, request: Request, deployed: Deployment, route: Route) -> Response:
        """Read the body, and forward the request."""
        try:
            async with asyncio.timeout(self.body_timeout_s):
                body = await read_body(request)
        except BodyTooLarge:
            refusal, detail = "body_too_large", _too_large(route)
        except (TimeoutError, ClientDisconnect):
            refusal, detail = "request_timeout", None
        else:
            return await self._forward(request, deployed, route, body)
        return answer(request, refusal, origins=deployed.origins, detail=detail, headers=_CLOSE)

    async def _forward(
        self, request: Request, deployed: Deployment, route: Route, body: bytes
    ) -> Response:
        """Call the function of a route, once a slot is free for it.

        The path is the client's, with the trailing slash that the route's own links depend on.
        """
        path = request.scope["raw_path"].decode("ascii")
        query: bytes = request.scope["query_string"]
        waits = "wait_s" in parse_qs(query.decode("ascii"))
        code, more = "", {}
        try:
            async with self.slots.of(f"{route.method} {route.path}", is_long_poll=waits):
                url = httpx.URL(deployed.url + path, query=query)
                sent = http_headers.forwarded(request.scope, self.secret)
                received = await self.running_client.request(
                    request.method, url, content=body, headers=sent
                )
        except Busy:
            code, more = "busy", _RETRY
        except httpx.TimeoutException:
            code = "gateway_timeout"
        except httpx.TransportError:
            code, more = "gateway_unreachable", _RETRY
        else:
            code = problem_of_the_emulator(received) or ""
            more = _RETRY if code == "too_many_requests" else {}
        if code:
            return answer(request, code, origins=deployed.origins, headers=more)
        return response_of(received)

    @property
    def running_client(self) -> httpx.AsyncClient:
        """The client of the requests that are forwarded. Raises RuntimeError before the start."""
        if self.client is None:
            raise RuntimeError("The application has not been started.")
        return self.client


def make_app(gateway_file: Path, secret: str, telegram_port: int) -> Starlette:
    """Return the application.

    ``/_mara/status`` tells whether a deployment is there, ``/_mara/mail`` shows the e-mails that
    were sent, ``/telegram/`` the chats of the simulated Telegram.
    """
    door = FrontDoor(Gateway(gateway_file), secret)

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        response: Response
        if (scope["method"], scope["raw_path"]) == ("GET", STATUS_PATH.encode()):
            response = JSONResponse({"deployed": door.gateway.deployment() is not None})
        elif (scope["method"], scope["raw_path"]) == ("GET", mailbox.PAGE_PATH.encode()):
            deployed = door.gateway.deployment()
            emulator_port = httpx.URL(deployed.url).port if deployed else None
            response = await mailbox.show(Request(scope, receive), emulator_port, secret)
        elif telegram.is_page(scope["raw_path"]):
            response = await telegram.show(
                Request(scope, receive), door.running_client, telegram_port
            )
        else:
            response = await door.serve(Request(scope, receive))
        await response(scope, receive, send)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=200)
        timeout = httpx.Timeout(GATEWAY_TIMEOUT_S, connect=2.0)
        async with httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False) as client:
            door.client = client
            yield

    app = Starlette(lifespan=lifespan)
    app.router.default = serve
    return app


def _refuse(request: Request, path: str, found: Match, origins: frozenset[str]) -> Response:
    """Answer a request without a route; a browser that opens ``/`` is led to the documentation."""
    if path == "/" and request.method == "GET" and _wants_page(request):
        return RedirectResponse(DOCUMENTATION, headers=common_headers(None, frozenset()))
    allowed = found.allowed or (() if request.method in METHODS else tuple(sorted(METHODS)))
    if not allowed:
        return answer(request, "route_not_found", origins=origins)
    allow = {"allow": ", ".join(allowed)}
    return answer(request, "method_not_allowed", origins=origins, headers=allow)


def _too_large(route: Route) -> str:
    detail = GATEWAY_PROBLEMS["body_too_large"].detail
    advice = _ADVICE.get(route.path)
    return f"{detail} {advice}" if advice else detail


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "").split(",")
    return "text/html" in {part.split(";")[0].strip().lower() for part in accepted}
