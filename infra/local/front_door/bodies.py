"""The bodies of requests and responses at the front door."""

import httpx
from starlette.requests import Request
from starlette.responses import Response

from infra.local.front_door.headers import returned

BODY_MAX = 10 * 1024 * 1024
"""Bytes: the limit of API Gateway."""
DISCARDED_MAX = 64 * 1024 * 1024
"""Bytes of a larger body that are read and dropped, so that its sender reads the refusal."""

_OF_STATUS = {
    400: "bad_target",
    403: "access_denied",
    404: "route_not_found",
    413: "body_too_large",
    429: "too_many_requests",
    504: "gateway_timeout",
}


class BodyTooLarge(Exception):
    """The body has more than BODY_MAX bytes."""


async def read_body(request: Request) -> bytes:
    """Return the body. Raises BodyTooLarge, starlette.requests.ClientDisconnect."""
    kept, size = bytearray(), 0
    async for part in request.stream():
        size += len(part)
        if size > DISCARDED_MAX:
            break
        if size <= BODY_MAX:
            kept += part
    if size > BODY_MAX:
        raise BodyTooLarge
    return bytes(kept)


def problem_of_the_emulator(received: httpx.Response) -> str | None:
    """Return the code to answer with where the emulator answered itself; None for a function."""
    if "x-request-id" in received.headers:  # the frame of every function adds it
        return None
    return _OF_STATUS.get(received.status_code, "function_failed")


def response_of(received: httpx.Response) -> Response:
    """Return what the client gets of a function's response."""
    # httpx has decoded the content; repeated headers, such as two cookies, stay separate.
    response = Response(received.content, received.status_code)
    length = [(k, v) for k, v in response.raw_headers if k == b"content-length"]
    response.raw_headers = [*returned(received), *length]
    return response
