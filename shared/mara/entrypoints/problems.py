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
    title = "The request body is too large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(errors.Invalid):
    title = "The route does not take this media type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class RouteNotFound(errors.NotFound):
    title = "There is no such route"


class MethodNotAllowed(errors.Invalid):
    title = "The route does not know this method"
    status = HTTPStatus.METHOD_NOT_ALLOWED


def status_of(error: errors.DomainError) -> HTTPStatus:
    """The status of the error's kind; the errors of this module, which HTTP has, name their own."""
    own: HTTPStatus | None = getattr(error, "status", None)
    return own or next(s for kind, s in STATUS_OF_KIND.items() if isinstance(error, kind))


def slug_of(error: type[errors.DomainError]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def type_of(error: type[errors.DomainError]) -> str:
    """``InvalidCredentials`` in ``mara.auth`` becomes ``/problems/auth/invalid-credentials``."""
    domain = error.problem_domain or error.__module__.split(".")[1]
    return f"/problems/{domain}/{slug_of(error)}"


def problem(error: errors.DomainError, *, instance: str, request_id: str) -> Problem:
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
    """Pydantic's findings as JSON pointers and sentences, without the values that were sent."""
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
    """What a bug looks like from outside; the stack is in the log under the same request id."""
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
    headers: dict[str, str] = {}
    if isinstance(error, errors.LimitReached | errors.Unavailable):
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, errors.Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return headers


def _pointer(location: Sequence[str | int]) -> str:
    """RFC 6901; the first part, where FastAPI says "body", "query" or "path", is left out."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location[1:])
    return "/" + "/".join(parts)
