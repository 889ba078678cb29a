"""The Bot API over HTTP: ``/bot<token>/<method>`` (core.telegram.org/bots/api#making-requests)."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from infra.local.simulators.telegram.changes import Changes
from infra.local.simulators.telegram.errors import OTHER_GET_UPDATES, ApiError
from infra.local.simulators.telegram.faults import Fault, Faults, Kind
from infra.local.simulators.telegram.methods import METHODS
from infra.local.simulators.telegram.methods.account import get_updates
from infra.local.simulators.telegram.model import Json
from infra.local.simulators.telegram.parameters import Parameters, read
from infra.local.simulators.telegram.world import World

POLL_MAX_S = 50
CALLS_MAX = 100_000
UNFINISHED = b'{"ok":true,'


@dataclass(frozen=True)
class Call:
    """A request that came: when, from which token, what for, and the status of its answer."""

    at: float
    token: str
    method: str
    chat_id: str | None
    status: int


@dataclass
class BotApi:
    """Answers the bots' requests: ``calls`` are the last ones, ``polls`` the last getUpdates."""

    world: World
    faults: Faults = field(default_factory=Faults)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_MAX))
    polls: dict[str, object] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """The routes of the Bot API."""
        return [Route("/bot{token}/{method}", self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """Answer a request, or let it fail as ordered."""
        token, method = request.path_params["token"], request.path_params["method"].lower()
        fault, asked = None, Parameters()
        try:
            asked = await read(request)
            fault = self.faults.take(method, asked)
            if fault is not None and not fault.performed:
                status, body = _refusal(fault)
            else:
                body = {"ok": True, "result": await self._perform(token, method, asked)}
                status = 200
        except ApiError as error:
            status, body = error.code, error.body()
        chat_id = asked.values.get("chat_id")
        self.calls.append(Call(self.world.now(), token, method, chat_id and str(chat_id), status))
        return await _response(request, fault, status, body)

    async def _perform(self, token: str, method: str, asked: Parameters) -> Any:
        """Raises ApiError."""
        bot = self.world.bot_of(token)
        if method not in METHODS:
            raise ApiError(404, "method not found")
        if method == "getupdates":
            return await self._poll(token, asked)
        try:
            with self.world.lock:
                return METHODS[method](self.world, bot, asked)
        finally:
            self.world.changed()

    async def _poll(self, token: str, asked: Parameters) -> list[Json]:
        """Wait for updates up to ``timeout`` seconds; a later poll ends an earlier one.

        The 409 is that of Client.cpp (``abort_long_poll``). Raises ApiError.
        """
        ends_at = self.world.now() + min(asked.number("timeout") or 0, POLL_MAX_S)
        with Changes(self.world) as changes:
            me = self.polls[token] = object()
            self.world.changed()
            while True:
                changes.clear()
                if self.polls[token] is not me:
                    raise ApiError(409, OTHER_GET_UPDATES)
                with self.world.lock:
                    found = get_updates(self.world, self.world.bot_of(token), asked)
                left = ends_at - self.world.now()
                if found or left <= 0:
                    return found
                await changes.wait(left if self.world.clock.runs else None)


def _refusal(fault: Fault) -> tuple[int, Json]:
    body: Json = {"ok": False, "error_code": fault.code, "description": fault.description}
    if fault.retry_after_s is not None:
        body["parameters"] = {"retry_after": fault.retry_after_s}
    return fault.code, body


async def _response(request: Request, fault: Fault | None, status: int, body: Json) -> Response:
    if fault is not None and fault.performed and fault.kind is Kind.REFUSED:
        status, body = _refusal(fault)
    if fault is not None and fault.kind is Kind.LOST:
        return StreamingResponse(_broken_off(), media_type="application/json")
    if fault is not None and fault.kind is Kind.SILENT:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response(status_code=499)
    return JSONResponse(body, status_code=status)


async def _broken_off() -> AsyncIterator[bytes]:
    yield UNFINISHED
    raise ConnectionResetError
