"""Conversion of exceptions that a route raised to problem documents."""

from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from mara.entrypoints.events import REQUEST, Request
from mara.entrypoints.form_check import errors_beside
from mara.entrypoints.language import localized
from mara.entrypoints.problems import (
    PROBLEM_JSON,
    Problem,
    bad_request,
    headers_of,
    internal,
    only_domain_errors,
    problem,
)
from mara.kernel.errors import DomainError
from mara.platform.telemetry import logger


async def handle_domain_error(http_request: HttpRequest, error: Exception) -> JSONResponse:
    """Answer with the status of the error's kind."""
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class only
    request = _request_of(http_request)
    body = problem(error, request, http_request.path_params)
    return _json(request, body, headers_of(error))


async def handle_validation_error(http_request: HttpRequest, error: Exception) -> JSONResponse:
    """Answer 422 without the values that were sent: FastAPI's default repeats passwords.

    What the domain finds wrong in other fields is in the same answer (``form_check``).
    """
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    request = _request_of(http_request)
    found = error.errors()
    if domain_error := only_domain_errors(found):
        return await handle_domain_error(http_request, domain_error)
    also = errors_beside(found, http_request.app.form_check, http_request)
    return _json(request, bad_request(found, request, also, http_request.path_params))


async def handle_http_exception(http_request: HttpRequest, error: Exception) -> JSONResponse:
    """Answer 422 where Starlette refuses a body that is not JSON or not a multipart form."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    request = _request_of(http_request)
    found = [{"loc": ("body",), "msg": str(error.detail)}]
    return _json(request, bad_request(found, request))


async def handle_unexpected_error(http_request: HttpRequest, error: Exception) -> JSONResponse:
    """Answer 500 without a detail; the traceback is logged with the request id."""
    request = _request_of(http_request)
    logger.error("request_failed", request_id=request.request_id, exc_info=error)
    return _json(request, internal(request))


def _request_of(http_request: HttpRequest) -> Request:
    request: Request = http_request.scope["aws.event"][REQUEST]
    return request


def _json(request: Request, body: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    body, language = localized(body, request)
    sent = {**(headers or {}), **language}
    return JSONResponse(body, body["status"], sent, media_type=PROBLEM_JSON)
