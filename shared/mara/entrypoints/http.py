"""API Gateway in, problem documents out: the frame every route function shares.

What holds for every route happens on the event, before FastAPI sees it: who calls, whether they
may, how often, and whether this very request was answered already.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Depends, FastAPI, Query
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from mara.entrypoints import idempotency, rate_limit
from mara.entrypoints.events import Event, Request, Response, json_response
from mara.entrypoints.headers import outgoing_headers
from mara.entrypoints.principal import PRINCIPAL, identify
from mara.entrypoints.problems import (
    PROBLEM_JSON,
    BodyTooLarge,
    Problem,
    UnsupportedMediaType,
    bad_request,
    headers_of,
    internal,
    problem,
)
from mara.kernel.errors import DomainError
from mara.kernel.page import LIMIT_MAX
from mara.platform.settings.verification import verify_secrets
from mara.platform.telemetry import logger

ItemT = TypeVar("ItemT")

BODY_MAX = 256 * 1024
"""Bytes of a JSON body."""
REQUEST = "mara.request"

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
LambdaHandler = Callable[[Event, Any], Response]


class HealthOut(BaseModel):
    status: Literal["ok"] = "ok"


class PageOut(BaseModel, Generic[ItemT]):
    items: Sequence[ItemT]
    next_cursor: str | None


def api() -> FastAPI:
    """An application for one route; what it raises becomes a problem document."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(DomainError, _refuse)
    app.add_exception_handler(RequestValidationError, _reject)
    app.add_exception_handler(HTTPException, _reject_http)
    app.add_exception_handler(Exception, _confess)
    return app


def lambda_handler(
    app: FastAPI,
    *,
    body_max: int = BODY_MAX,
    media_types: Sequence[str] = ("application/json",),
    per_minute: int | None = None,
) -> LambdaHandler:
    """Put the frame around the one route of ``app``.

    ``body_max`` counts bytes as Lambda receives them; another media type than ``media_types`` is
    refused where there is a body. ``per_minute`` is how often each user may call it, where that is
    less often than other routes.
    """
    operation = next(r.name for r in app.routes if isinstance(r, APIRoute))
    costly = None if per_minute is None else rate_limit.Costly(operation, per_minute)
    # Mangum would log the stack a second time, as text; `_confess` has logged it.
    logging.getLogger("mangum.http").disabled = True
    serve = Mangum(app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, PROBLEM_JSON])

    def answer(request: Request, context: Any) -> Response:
        _refuse_to_start_with_weak_secrets()
        _check_body(request, body_max, media_types)
        principal = identify(request, operation)
        allowance = rate_limit.check(request, principal, costly)
        response = idempotency.once(
            request, principal, operation, lambda: serve(request.event, context)
        )
        response["headers"].update(allowance.headers())
        return response

    def handler(event: Event, context: Any) -> Response:
        began = time.perf_counter()
        request = Request(event, _request_id(event, context))
        event[REQUEST] = request
        try:
            response = answer(request, context)
        except DomainError as error:
            response = _render(request, error)
        except Exception:  # noqa: BLE001 - an exception that leaves a handler ends the environment
            response = _render_bug(request)
        outgoing_headers(request, response)
        _log(request, operation, response["statusCode"], began)
        return response

    return handler


@cache
def _refuse_to_start_with_weak_secrets() -> None:
    verify_secrets()


def _check_body(request: Request, body_max: int, media_types: Sequence[str]) -> None:
    if request.body_size == 0:
        return
    if request.body_size > body_max:
        raise BodyTooLarge(
            f"At most {body_max} bytes are taken here. A file that is larger goes to storage "
            "directly: POST its name, size and sha256 as JSON to /api/v1/documents/upload."
        )
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in media_types:
        raise UnsupportedMediaType(f"Send {' or '.join(media_types)}.")


def _request_id(event: Event, context: Any) -> str:
    of_gateway = event["requestContext"].get("requestId")
    return str(of_gateway or getattr(context, "aws_request_id", "unknown"))


def _render(request: Request, error: DomainError) -> Response:
    body = problem(error, instance=request.path, request_id=request.request_id)
    return json_response(body["status"], body, PROBLEM_JSON, headers_of(error))


def _render_bug(request: Request) -> Response:
    logger.exception("request_failed", request_id=request.request_id)
    body = internal(instance=request.path, request_id=request.request_id)
    return json_response(body["status"], body, PROBLEM_JSON)


async def _address(http_request: HttpRequest) -> str:
    request: Request = http_request.scope["aws.event"][REQUEST]
    return request.address


Address = Annotated[str, Depends(_address)]
"""The caller's address, as API Gateway saw it."""


async def _refuse(http_request: HttpRequest, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101 - it is registered for these
    request: Request = http_request.scope["aws.event"][REQUEST]
    body = problem(error, instance=request.path, request_id=request.request_id)
    return _json(body, headers_of(error))


async def _reject(http_request: HttpRequest, error: Exception) -> JSONResponse:
    # FastAPI's own answer repeats what was sent, passwords included.
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    request: Request = http_request.scope["aws.event"][REQUEST]
    return _json(
        bad_request(error.errors(), instance=request.path, request_id=request.request_id), {}
    )


async def _reject_http(http_request: HttpRequest, error: Exception) -> JSONResponse:
    """What Starlette says of a body that is no JSON or no multipart form."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    request: Request = http_request.scope["aws.event"][REQUEST]
    found = [{"loc": ("body",), "msg": str(error.detail)}]
    return _json(bad_request(found, instance=request.path, request_id=request.request_id), {})


async def _confess(http_request: HttpRequest, error: Exception) -> JSONResponse:
    request: Request = http_request.scope["aws.event"][REQUEST]
    logger.error("request_failed", request_id=request.request_id, exc_info=error)
    return _json(internal(instance=request.path, request_id=request.request_id), {})


def _json(body: Problem, headers: dict[str, str]) -> JSONResponse:
    return JSONResponse(body, body["status"], headers, media_type=PROBLEM_JSON)


def _log(request: Request, operation: str, status: int, began: float) -> None:
    """One line a request: ids and figures, never what was asked or answered."""
    principal = request.event.get(PRINCIPAL)
    parameters: dict[str, str] = request.event.get("pathParameters") or {}
    logger.info(
        "request",
        request_id=request.request_id,
        operation=operation,
        status=status,
        duration_ms=round((time.perf_counter() - began) * 1000, 1),
        user_id=str(principal.user_id) if principal else None,
        # Under a name of their own: of a user's route, one is called user_id too. What stands for
        # the rest of an unknown path could be anything.
        path={name: value for name, value in parameters.items() if name != "proxy"} or None,
    )
