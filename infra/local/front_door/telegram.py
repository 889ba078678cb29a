"""The page of the simulated Telegram under the front door: ``/telegram/``."""

import re
from typing import Final

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

WITHOUT_SLASH: Final = "/telegram"
PAGE_PATH: Final = "/telegram/"
PATHS: Final = re.compile(rb"/telegram/?|/telegram/control/[a-z/]+")
BODY_MAX: Final = 64 * 1024
PASSED_ON: Final = ("content-type", "content-security-policy")
TIMEOUT_S: Final = 10.0


def is_page(path: bytes) -> bool:
    """Whether the page, or what its script asks for, is at this path; the Bot API never is."""
    return PATHS.fullmatch(path) is not None


async def show(request: Request, client: httpx.AsyncClient, port: int) -> Response:
    """Forward a request to the simulator, which refuses names that are not of this machine.

    The name is the client's ``Host``: a page of the internet whose name leads here (DNS rebinding)
    would press buttons.
    """
    path = request.scope["path"]
    if path == WITHOUT_SLASH:
        return RedirectResponse(PAGE_PATH)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MAX:
            return PlainTextResponse("The body is too large.", 413)
    url = f"http://127.0.0.1:{port}/{path.removeprefix(PAGE_PATH)}"
    headers = {key: request.headers.get(key, "") for key in ("host", "content-type")}
    try:
        found = await client.request(
            request.method, url, content=body, headers=headers, timeout=TIMEOUT_S
        )
    except httpx.TransportError:
        return PlainTextResponse("The simulated Telegram does not answer: make up", 502)
    kept = {key: found.headers[key] for key in PASSED_ON if key in found.headers}
    return Response(found.content, found.status_code, kept)
