"""The frame of every route function: from an API Gateway event to a response.

Before FastAPI receives the event, the frame authenticates the caller, checks the route's access
rule and rate limits, and replays the stored response of a repeated request.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from mara.auth.model import Scope
from mara.auth.model.permissions import Access, Rule
from mara.entrypoints import idempotency, rate_limit
from mara.entrypoints.body_check import BODY_MAX, check_body
from mara.entrypoints.client import ArrivedAt, CallerDevice
from mara.entrypoints.counting import count_request
from mara.entrypoints.error_handlers import (
    handle_domain_error,
    handle_http_exception,
    handle_unexpected_error,
    handle_validation_error,
)
from mara.entrypoints.events import REQUEST, Event, Request, Response, json_response
from mara.entrypoints.flushing import flush_metrics
from mara.entrypoints.form_check import Form, FormCheck
from mara.entrypoints.headers import outgoing_headers
from mara.entrypoints.language import localized
from mara.entrypoints.principal import PRINCIPAL, AcceptsToken, identify, load_authentication
from mara.entrypoints.problems import (
    PROBLEM_JSON,
    bad_request,
    headers_of,
    internal,
    problem,
)
from mara.entrypoints.request_text import check_texts
from mara.entrypoints.route import (
    ADMIN,
    AGENTS_ASK,
    AGENTS_READ,
    ALERTS_READ,
    BALANCE_READ,
    DOCUMENTS_READ,
    DOCUMENTS_WRITE,
    PUBLIC,
    SUPERUSER,
    USAGE_READ,
    USER,
    Replay,
    RouteApp,
    declared,
)
from mara.kernel import correlation
from mara.kernel.errors import DomainError
from mara.kernel.page import LIMIT_MAX
from mara.kernel.principal import Principal
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import logger, span, trace

if TYPE_CHECKING:
    from mara.entrypoints.promised_statuses import PromisedStatuses

__all__ = [
    "ADMIN",
    "AGENTS_ASK",
    "AGENTS_READ",
    "ALERTS_READ",
    "BALANCE_READ",
    "BODY_MAX",
    "DOCUMENTS_READ",
    "DOCUMENTS_WRITE",
    "PUBLIC",
    "SUPERUSER",
    "USAGE_READ",
    "USER",
    "ArrivedAt",
    "CallerDevice",
    "Form",
    "HealthOut",
    "LambdaHandler",
    "Limit",
    "PageOut",
    "Replay",
    "RouteApp",
    "api",
    "lambda_handler",
]

ItemT = TypeVar("ItemT")

TRACEPARENT = "traceparent"
TEXT = [*DEFAULT_TEXT_MIME_TYPES, PROBLEM_JSON, "image/svg+xml", "application/openmetrics-text"]
"""Media types of responses that are not base64 in the response of the function."""

# Mangum would log the traceback a second time, as text.
logging.getLogger("mangum.http").disabled = True

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
LambdaHandler = Callable[[Event, Any], Response]
OnRefusal = Callable[[str, str], None]
"""Learns the last part of the path of a refused call, and the code of the problem."""


class HealthOut(BaseModel):
    """The response of the liveness probe."""

    status: Literal["ok"] = Field(default="ok", description="Always `ok`: the API answers.")


class PageOut(BaseModel, Generic[ItemT]):
    """One page of a list.

    ``next_cursor`` is null on the last page, ``total`` unless the request asks for it.
    """

    items: Sequence[ItemT] = Field(description="The items of this page.")
    next_cursor: str | None = Field(
        description="Cursor of the next page: send it as `cursor`; null on the last page.",
        examples=[None],
    )
    total: int | None = Field(
        default=None,
        description="Number of items on all pages; null unless the request has `total=true`.",
        examples=[None],
    )


def api(  # noqa: PLR0913 - each is one declaration of a route, given by name
    *,
    access: Access,
    scope: Scope | None = None,
    per_minute: int | None = None,
    replay: Replay = Replay.ANSWER,
    form_check: FormCheck | None = None,
    promised: frozenset[int] | None = None,
    is_limited: bool = True,
) -> RouteApp:
    """Create the application of one function, with the declaration of who may call its route.

    ``access`` is the least role; ``scope`` is what an API key needs, ``None`` refuses keys;
    ``per_minute`` limits each caller (a user, or an address on a public route) beside the general
    limit; ``replay`` is what an Idempotency-Key does; ``form_check`` is what the service checks,
    for forms with other errors; ``promised`` is for calls of other programs, whose statuses are a
    contract (see ``promised_statuses``); ``is_limited`` is false for probes, which need
    no database. Raises ValueError for a public route with a scope.
    """
    app = RouteApp(
        rule=Rule(access, scope),
        per_minute=per_minute,
        replay=replay,
        form_check=form_check,
        promised=promised,
        is_limited=is_limited,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(DomainError, handle_domain_error)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(Exception, handle_unexpected_error)
    return app


def lambda_handler(
    app: FastAPI,
    *,
    body_max: int = BODY_MAX,
    media_types: Sequence[str] = ("application/json",),
    on_refusal: OnRefusal | None = None,
    accepts: AcceptsToken | None = None,
) -> LambdaHandler:
    """Create the Lambda handler: the frame around ``app``.

    ``body_max`` is in bytes as received; without ``media_types``, all are taken; ``on_refusal``
    learns of refused calls of a route with promised statuses; ``accepts`` says whether a token of
    no user opens the route. Raises TypeError where ``app`` declares no access.
    """
    route = declared(app)
    if route.rule.access is not Access.PUBLIC:
        load_authentication()
    serve = Mangum(app, lifespan="off", text_mime_types=TEXT)
    operation, limit = route.operation, rate_limit.OperationLimit.of(route)
    keep = _keeper(route, on_refusal)

    def respond(request: Request, context: Any) -> Response:
        verify_settings_once()
        check_body(request, body_max, media_types)
        run = partial(serve, request.event, context)
        return _limited(request, identify(request, route.rule, accepts), route, run, limit=limit)

    def handler(event: Event, context: Any) -> Response:
        started = time.perf_counter()
        event[REQUEST] = request = Request(event, _request_id(event, context))
        with correlation.following(_correlation_id(request)):
            response = _answer(request, operation, lambda: respond(request, context))
            if keep is not None:
                response = keep.of(request, response)
            outgoing_headers(request, response)
            _log(request, operation, response["statusCode"], time.perf_counter() - started)
            flush_metrics()
        return response

    return handler


def _keeper(route: RouteApp, on_refusal: OnRefusal | None) -> "PromisedStatuses | None":
    if route.promised is None:
        return None
    from mara.entrypoints.promised_statuses import PromisedStatuses

    return PromisedStatuses(route.promised, on_refusal)


def _limited(
    request: Request,
    principal: Principal | None,
    route: RouteApp,
    run: Callable[[], Response],
    *,
    limit: rate_limit.OperationLimit | None,
) -> Response:
    """Run the route within its limits, once for each Idempotency-Key."""
    if route.promised is not None:
        rate_limit.check_operation(request, limit)
        return run()
    if not route.is_limited:
        check_texts(request)
        return run()
    status = rate_limit.check(request, principal, limit)
    check_texts(request)
    answer = idempotency.once(request, principal, route, run)
    answer["headers"].update(status.headers())
    return answer


def _answer(request: Request, operation: str, respond: Callable[[], Response]) -> Response:
    traceparent = request.headers.get(TRACEPARENT)
    with trace(operation, request.request_id) as outcome, span(operation, outcome, traceparent):
        try:
            response = respond()
        except DomainError as error:
            response = _domain_error_response(request, error)
        except RequestValidationError as error:
            body, language = localized(bad_request(error.errors(), request), request)
            response = json_response(body["status"], body, PROBLEM_JSON, language)
        except Exception:  # noqa: BLE001 - an exception that leaves a handler ends the environment
            response = _unexpected_error_response(request)
        outcome.status = str(response["statusCode"])
    return response


def _request_id(event: Event, context: Any) -> str:
    of_gateway = event["requestContext"].get("requestId")
    return str(of_gateway or getattr(context, "aws_request_id", "unknown"))


def _correlation_id(request: Request) -> str:
    """What the caller calls the request or its trace, where valid, or what the answer calls it."""
    of_trace = correlation.of_trace(request.headers.get(TRACEPARENT))
    return correlation.chosen(request.headers.get("x-request-id"), of_trace, request.request_id)


def _domain_error_response(request: Request, error: DomainError) -> Response:
    body, language = localized(problem(error, request), request)
    return json_response(body["status"], body, PROBLEM_JSON, {**headers_of(error), **language})


def _unexpected_error_response(request: Request) -> Response:
    logger.exception("request_failed", request_id=request.request_id)
    body, language = localized(internal(request), request)
    return json_response(body["status"], body, PROBLEM_JSON, language)


def _log(request: Request, operation: str, status: int, duration_s: float) -> None:
    """Count the request, and log a line: ids and figures, never content of request or response."""
    count_request(operation, status, duration_s)
    principal = request.event.get(PRINCIPAL)
    parameters: dict[str, str] = request.event.get("pathParameters") or {}
    logger.info(
        "request",
        request_id=request.request_id,
        operation=operation,
        status=status,
        duration_ms=round(duration_s * 1000, 1),
        user_id=str(principal.user_id) if principal else None,
        # Nested, because a path parameter may be called user_id too. `proxy` is the rest of an
        # unknown path, which may hold anything.
        path={name: value for name, value in parameters.items() if name != "proxy"} or None,
    )
