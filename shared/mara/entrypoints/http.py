"""The frame of every route function: from an API Gateway event to a response.

Before FastAPI receives the event, the frame authenticates the caller, checks the route's access
rule and rate limits, and replays the stored response of a repeated request.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from mara.auth.model import Scope
from mara.auth.model.permissions import Access, Rule
from mara.entrypoints import idempotency, rate_limit
from mara.entrypoints.body_check import BodyLimit, check_body
from mara.entrypoints.client import ArrivedAt, CallerDevice
from mara.entrypoints.error_handlers import (
    handle_domain_error,
    handle_http_exception,
    handle_unexpected_error,
    handle_validation_error,
)
from mara.entrypoints.events import Event, Request, Response
from mara.entrypoints.form_check import Form, FormCheck
from mara.entrypoints.frame import LambdaHandler, OnRefusal, framed, problem_response
from mara.entrypoints.principal import AcceptsToken, identify, load_authentication
from mara.entrypoints.problems import PROBLEM_JSON, bad_request
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
from mara.kernel.errors import DomainError
from mara.kernel.page import LIMIT_MAX
from mara.kernel.principal import Principal

__all__ = [
    "ADMIN",
    "AGENTS_ASK",
    "AGENTS_READ",
    "ALERTS_READ",
    "BALANCE_READ",
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

TEXT = [*DEFAULT_TEXT_MIME_TYPES, PROBLEM_JSON, "image/svg+xml", "application/openmetrics-text"]
"""Media types of responses that are not base64 in the response of the function."""

# Mangum would log the traceback a second time, as text.
logging.getLogger("mangum.http").disabled = True

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]


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


def serving(app: FastAPI) -> Callable[[Event, Any], Response]:
    """Return what answers an event by ``app``, given Lambda's context."""
    return Mangum(app, lifespan="off", text_mime_types=TEXT)


def lambda_handler(
    app: FastAPI,
    *,
    body_limit: BodyLimit = BodyLimit(),  # noqa: B008 - it is immutable
    media_types: Sequence[str] = ("application/json",),
    on_refusal: OnRefusal | None = None,
    accepts: AcceptsToken | None = None,
) -> LambdaHandler:
    """Create the Lambda handler: the frame around ``app``.

    Without ``media_types``, all are taken; ``on_refusal`` learns of refused calls of a route with
    promised statuses; ``accepts`` says whether a token of no user opens the route. Raises TypeError
    where ``app`` declares no access.
    """
    route = declared(app)
    if route.rule.access is not Access.PUBLIC:
        load_authentication()
    serve = serving(app)
    operation, limit = route.operation, rate_limit.OperationLimit.of(route)

    def respond(request: Request, context: Any) -> Response:
        check_body(request, body_limit, media_types)
        run = partial(serve, request.event, context)
        try:
            principal = identify(request, route.rule, accepts)
            return _limited(request, principal, route, run, limit=limit)
        except RequestValidationError as error:
            return problem_response(bad_request(error.errors(), request), request)

    return framed(operation, respond, promised=route.promised, on_refusal=on_refusal)


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
