"""The problem documents of the API gateway itself, for requests that reach no function.

template.yaml has them as GatewayResponses, which `mara template` writes; the front door of the
local cloud answers with the same ones.
"""

from dataclasses import dataclass
from http import HTTPStatus

from mara.entrypoints.problems import Problem


@dataclass(frozen=True, slots=True)
class GatewayProblem:
    """One refusal by the gateway: its status, and texts without anything of the request."""

    status: HTTPStatus
    title: str
    detail: str
    domain: str = "gateway"
    """The part of the problem type that follows ``/problems/``."""


GATEWAY_PROBLEMS = {
    "bad_target": GatewayProblem(
        HTTPStatus.BAD_REQUEST,
        "The path of the request is malformed",
        "Send a path without empty segments, dot segments, backslashes or escaped separators.",
    ),
    "malformed_request": GatewayProblem(
        HTTPStatus.BAD_REQUEST,
        "The request is malformed",
        "Its headers or the framing of its body are invalid.",
    ),
    "authorization_required": GatewayProblem(
        HTTPStatus.UNAUTHORIZED,
        "The gateway requires authorization",
        "Send valid credentials.",
    ),
    "access_denied": GatewayProblem(
        HTTPStatus.FORBIDDEN,
        "The gateway refused the request",
        "The request was refused before it reached the API.",
    ),
    "route_not_found": GatewayProblem(
        HTTPStatus.NOT_FOUND,
        "There is no such route",
        "No route has this method and path; /docs lists the routes.",
        "entrypoints",
    ),
    "method_not_allowed": GatewayProblem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The route does not know this method",
        "The header Allow lists the methods of this path.",
        "entrypoints",
    ),
    "request_timeout": GatewayProblem(
        HTTPStatus.REQUEST_TIMEOUT,
        "The request did not arrive in time",
        "Send the headers within 10 seconds and the body within 30.",
    ),
    "body_too_large": GatewayProblem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The request body is too large",
        "API Gateway accepts at most 10 MB, and most routes accept less.",
        "entrypoints",
    ),
    "headers_too_large": GatewayProblem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The request headers are too large",
        "All headers together may have 32 kB.",
    ),
    "unsupported_media_type": GatewayProblem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The route does not take this media type",
        "Send application/json, or multipart/form-data to upload a file.",
        "entrypoints",
    ),
    "too_many_requests": GatewayProblem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "Wait as long as Retry-After says, and try again.",
        "entrypoints",
    ),
    "gateway_error": GatewayProblem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong in the gateway",
        "Quote the request id when you report it.",
    ),
    "function_failed": GatewayProblem(
        HTTPStatus.BAD_GATEWAY,
        "The function gave no valid response",
        "Quote the request id when you report it.",
    ),
    "gateway_unreachable": GatewayProblem(
        HTTPStatus.BAD_GATEWAY,
        "The API cannot be reached",
        "The AWS emulator does not answer; `make status` says what runs.",
    ),
    "starting": GatewayProblem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The API is being deployed",
        "Try again in a moment.",
    ),
    "busy": GatewayProblem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Too many requests are in progress",
        "Wait as long as Retry-After says, and try again.",
    ),
    "gateway_timeout": GatewayProblem(
        HTTPStatus.GATEWAY_TIMEOUT,
        "The function did not answer in time",
        "The request may still have an effect: repeat it with the same Idempotency-Key.",
    ),
}
"""By code."""


def type_of_gateway_problem(code: str) -> str:
    """Return the problem type, such as ``/problems/gateway/bad-target``."""
    return f"/problems/{GATEWAY_PROBLEMS[code].domain}/{code.replace('_', '-')}"


def gateway_problem(
    code: str, *, instance: str, request_id: str, detail: str | None = None
) -> Problem:
    """Return the problem document of ``code`` (RFC 9457); ``detail`` replaces the usual one."""
    found = GATEWAY_PROBLEMS[code]
    return {
        "type": type_of_gateway_problem(code),
        "title": found.title,
        "status": found.status.value,
        "detail": detail or found.detail,
        "instance": instance,
        "code": code,
        "request_id": request_id,
    }
