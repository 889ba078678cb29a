"""The control surface over HTTP: ``POST /control/<action>`` and what ``GET`` shows.

Only under a name of this machine and with JSON, so that no page of the internet reaches it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from json import JSONDecodeError
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from infra.local.simulators.telegram.api import BotApi
from infra.local.simulators.telegram.control.actions import ACTIONS
from infra.local.simulators.telegram.control.asked import Asked
from infra.local.simulators.telegram.control.page import PAGE, POLICY
from infra.local.simulators.telegram.control.state import shown
from infra.local.simulators.telegram.errors import ApiError
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.people import NotPossible

LOCAL_NAMES: Final = {"localhost", "127.0.0.1", "::1"}
CALLS_MAX: Final = 1000
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Control:
    """Controls a simulator; ``settle`` waits until all updates that are due were brought."""

    api: BotApi
    settle: Callable[[], Awaitable[None]]

    def routes(self) -> list[Route]:
        """The routes of the control surface and its page."""
        acting = [Route(f"/control/{name}", _local(self.act), methods=["POST"]) for name in ACTIONS]
        return [
            Route("/", _local(self.page)),
            Route("/control/state", _local(self.state)),
            Route("/control/calls", _local(self.calls)),
            Route("/control/settle", _local(self.settled), methods=["POST"]),
            Route("/control/faults", _local(self.order_fault), methods=["POST"]),
            *acting,
        ]

    async def page(self, _: Request) -> Response:
        """The page that shows the chats."""
        return HTMLResponse(PAGE, headers={"content-security-policy": POLICY})

    async def state(self, _: Request) -> Response:
        """The chats as JSON."""
        return JSONResponse(shown(self.api.world))

    async def calls(self, _: Request) -> Response:
        """The last requests of bots, without their tokens, and how many came too early."""
        last = [asdict(call) for call in list(self.api.calls)[-CALLS_MAX:]]
        seen = [{name: call[name] for name in call if name != "token"} for call in last]
        return JSONResponse({"calls": seen, "early": self.api.world.budgets.early})

    async def settled(self, _: Request) -> Response:
        """Wait until nothing is due."""
        await self.settle()
        return JSONResponse({})

    async def order_fault(self, request: Request) -> Response:
        """``kind`` and the fields of a fault. Raises NotPossible."""
        asked = await self._asked(request)
        if asked.text("kind") not in set(Kind):
            raise NotPossible(f"kind is one of {', '.join(Kind)}.")
        fault = Fault(
            Kind(asked.text("kind")),
            asked.optional_text("method"),
            asked.optional_number("chat_id"),
            asked.optional_number("times") or 1,
            asked.flag("performed"),
            asked.optional_number("code") or 500,
            asked.optional_text("description") or "Internal Server Error",
            asked.optional_number("retry_after_s"),
        )
        self.api.faults.order(fault)
        return JSONResponse({})

    async def act(self, request: Request) -> Response:
        """Do what the path names. Raises NotPossible."""
        action = ACTIONS[request.url.path.removeprefix("/control/")]
        return JSONResponse(action(await self._asked(request)))

    async def _asked(self, request: Request) -> Asked:
        try:
            body = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            body = None
        if not isinstance(body, dict):
            raise NotPossible("The body must be a JSON object.")
        return Asked(self.api.world, body)


def _local(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        if request.url.hostname not in LOCAL_NAMES:
            return PlainTextResponse("Open this page under localhost.", 421)
        is_json = request.headers.get("content-type", "").startswith("application/json")
        if request.method == "POST" and not is_json:
            return PlainTextResponse("Send JSON.", 415)
        try:
            return await handler(request)
        except (NotPossible, ApiError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return answer
