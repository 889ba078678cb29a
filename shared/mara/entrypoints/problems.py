"""Domain errors as RFC 9457 problem documents: the only table of HTTP statuses."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mara.kernel import errors

PROBLEM_JSON = "application/problem+json"

STATUS_OF_KIND = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.PaymentRequired: HTTPStatus.PAYMENT_REQUIRED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.LimitReached: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

Problem = dict[str, Any]


class BodyTooLarge(errors.Invalid):
    """The body exceeds the route's limit."""

    title = "The request body is too large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(errors.Invalid):
    """The body has a media type that the route does not accept."""

    title = "The route does not take this media type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class RouteNotFound(errors.NotFound):
    """No route has this path."""

    title = "There is no such route"


class MethodNotAllowed(errors.Invalid):
    """The path exists, but not with this method."""

    title = "The route does not know this method"
    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, detail: str, *, allowed: Sequence[str]) -> None:
        """``allowed`` are the methods of the path."""
        super().__init__(detail)
        self.allowed = tuple(allowed)


def status_of(error: errors.DomainError) -> HTTPStatus:
    """Return the HTTP status of the error's kind; errors of this module define their own."""
    own: HTTPStatus | None = getattr(error, "status", None)
    return own or next(s for kind, s in STATUS_OF_KIND.items() if isinstance(error, kind))


def slug_of(error: type[errors.DomainError]) -> str:
    """Return the class name in kebab case: ``invalid-credentials``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def type_of(error: type[errors.DomainError]) -> str:
    """Return the problem type: ``/problems/auth/invalid-credentials`` for ``mara.auth``."""
    domain = error.problem_domain or error.__module__.split(".")[1]
    return f"/problems/{domain}/{slug_of(error)}"


def problem(error: errors.DomainError, *, instance: str, request_id: str) -> Problem:
    """Return the problem document of a domain error (RFC 9457)."""
    kind = type(error)
    return {
        "type": type_of(kind),
        "title": error.title,
        "status": status_of(error).value,
        "detail": error.detail,
        "instance": instance,
        "code": slug_of(kind).replace("-", "_"),
        "request_id": request_id,
        **error.extensions,
    }


def bad_request(found: Sequence[Mapping[str, Any]], *, instance: str, request_id: str) -> Problem:
    """Return pydantic's errors as JSON pointers and messages, without the values that were sent."""
    return {
        "type": "/problems/bad-request",
        "title": "The request does not have the shape it should",
        "status": HTTPStatus.UNPROCESSABLE_ENTITY.value,
        "detail": f"{len(found)} field(s) need attention.",
        "instance": instance,
        "code": "bad_request",
        "request_id": request_id,
        "errors": [{"pointer": _pointer(e["loc"]), "detail": e["msg"]} for e in found],
    }


def internal(*, instance: str, request_id: str) -> Problem:
    """Return the problem document of an unexpected error; its traceback is in the log only."""
    return {
        "type": "/problems/internal",
        "title": "Something went wrong on our side",
        "status": HTTPStatus.INTERNAL_SERVER_ERROR.value,
        "detail": "It has been logged. Quote the request id when you report it.",
        "instance": instance,
        "code": "internal",
        "request_id": request_id,
    }


def headers_of(error: errors.DomainError) -> dict[str, str]:
    """Return the headers that belong to the error: Retry-After, WWW-Authenticate, Allow."""
    headers: dict[str, str] = {}
    if isinstance(error, errors.LimitReached | errors.Unavailable):
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, errors.Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = ", ".join(error.allowed)
    return headers


def _pointer(location: Sequence[str | int]) -> str:
    """RFC 6901, without the first part, which is "body", "query" or "path" in FastAPI."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location[1:])
    return "/" + "/".join(parts)
