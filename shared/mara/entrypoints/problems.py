"""Domain errors as RFC 9457 problem documents: the only table of HTTP statuses."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mara.entrypoints.events import Request
from mara.entrypoints.pointers import pointer_of, pointers_to
from mara.kernel import errors
from mara.kernel.checked import DOMAIN_ERROR
from mara.kernel.errors import code_of

PROBLEM_JSON = "application/problem+json"
BAD_REQUEST = "bad_request"
INTERNAL = "internal"

STATUS_OF_KIND = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.PaymentRequired: HTTPStatus.PAYMENT_REQUIRED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Gone: HTTPStatus.GONE,
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
    fields = ("content-type",)
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class NotTaken(errors.Unavailable):
    """The call of another program could not be handled; it should send the same again."""

    title = "The call was not taken"


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
    return code_of(error).replace("_", "-")


def type_of(error: type[errors.DomainError]) -> str:
    """Return the problem type: ``/problems/auth/invalid-credentials`` for ``mara.auth``."""
    domain = error.problem_domain or error.__module__.split(".")[1]
    return f"/problems/{domain}/{slug_of(error)}"


def problem(
    error: errors.DomainError, request: Request, path: Mapping[str, Any] | None = None
) -> Problem:
    """Return the problem document of a domain error (RFC 9457).

    ``path`` holds the parameters of the path by name. ``errors`` points to the fields that the
    error and those in its ``also`` concern.
    """
    kind = type(error)
    fields = _field_errors((error, *error.also), request, path or {})
    return {
        "type": type_of(kind),
        "title": error.title,
        "status": status_of(error).value,
        "detail": error.detail,
        "instance": request.path,
        "code": code_of(kind),
        "request_id": request.request_id,
        **error.extensions,
        **({"errors": fields} if fields else {}),
    }


def bad_request(
    found: Sequence[Mapping[str, Any]],
    request: Request,
    also: Sequence[errors.DomainError] = (),
    path: Mapping[str, Any] | None = None,
) -> Problem:
    """Return pydantic's errors as pointers and messages, without the values that were sent.

    ``also`` are errors that the domain found in other fields.
    """
    from mara.entrypoints.field_messages import message_of  # few environments need it

    fields = [
        *(
            {"pointer": pointer_of(e), "code": _field_code(e), "detail": message_of(e)}
            for e in found
        ),
        *_field_errors(also, request, path or {}),
    ]
    return {
        "type": "/problems/bad-request",
        "title": "The request does not have the shape it should",
        "status": HTTPStatus.UNPROCESSABLE_ENTITY.value,
        "detail": f"{len(fields)} field(s) need attention.",
        "instance": request.path,
        "code": BAD_REQUEST,
        "request_id": request.request_id,
        "errors": fields,
    }


def _field_errors(
    found: Sequence[errors.DomainError], request: Request, path: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return a pointer to each field that an error of the domain concerns."""
    return [
        {"pointer": pointer, "code": code_of(type(error)), "detail": error.detail}
        for error in found
        for pointer in pointers_to(error, request, path)
    ]


def only_domain_errors(found: Sequence[Mapping[str, Any]]) -> errors.DomainError | None:
    """Return the first error, with the others in its ``also``, if the domain found all of them."""
    carried = [_domain_error_of(error) for error in found]
    known = [error for error in carried if error is not None]
    if not known or len(known) < len(carried):
        return None
    known[0].also = tuple(known[1:])
    return known[0]


def _domain_error_of(found: Mapping[str, Any]) -> errors.DomainError | None:
    """Return the domain error that a validator of ``mara.kernel.checked`` raised."""
    if found.get("type") != DOMAIN_ERROR:
        return None
    error: errors.DomainError = found["ctx"]["error"]
    return error


def _field_code(found: Mapping[str, Any]) -> str:
    error = _domain_error_of(found)
    return code_of(type(error)) if error else BAD_REQUEST


def internal(request: Request) -> Problem:
    """Return the problem document of an unexpected error; its traceback is in the log only."""
    return {
        "type": "/problems/internal",
        "title": "Something went wrong on our side",
        "status": HTTPStatus.INTERNAL_SERVER_ERROR.value,
        "detail": "It has been logged. Quote the request id when you report it.",
        "instance": request.path,
        "code": INTERNAL,
        "request_id": request.request_id,
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
