"""The frame around what answers a route: trace, problems, headers, counts and the log line.

It loads no web framework, so that a route can do without one (``direct``).
"""

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mara.entrypoints.counting import count_request
from mara.entrypoints.events import (
    PRINCIPAL,
    REQUEST,
    Event,
    Request,
    Response,
    json_response,
)
from mara.entrypoints.flushing import flush_metrics
from mara.entrypoints.headers import outgoing_headers
from mara.entrypoints.language import localized
from mara.entrypoints.problems import PROBLEM_JSON, Problem, headers_of, internal, problem
from mara.kernel import correlation
from mara.kernel.errors import DomainError
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import logger, span, trace

if TYPE_CHECKING:
    from mara.entrypoints.promised_statuses import PromisedStatuses

TRACEPARENT = "traceparent"
HIDDEN = "?"
"""In a log line, what stands for a part of a path that is no id."""
_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|-?[0-9]{1,16}")
"""A UUID, or a whole number as Telegram's ids are."""

LambdaHandler = Callable[[Event, Any], Response]
Respond = Callable[[Request, Any], Response]
"""Answers a request, given Lambda's context; may raise a DomainError."""
OnRefusal = Callable[[str, str], None]
"""Learns the last part of the path of a refused call, and the code of the problem."""


def framed(
    operation: str,
    respond: Respond,
    *,
    promised: frozenset[int] | None = None,
    on_refusal: OnRefusal | None = None,
) -> LambdaHandler:
    """Create the Lambda handler of an operation: the frame around ``respond``.

    ``promised`` are the only statuses that a route for other programs answers with, 503 beside.
    """
    keep = _keeper(promised, on_refusal)

    def handler(event: Event, context: Any) -> Response:
        started = time.perf_counter()
        event[REQUEST] = request = Request(event, _request_id(event, context))
        if keep is not None:
            # Another program repeats what it cannot send otherwise: its text is taken as it can be.
            request.mask_body()
        with correlation.following(_correlation_id(request)):
            response = _answer(request, operation, respond, context)
            if keep is not None:
                response = keep.of(request, response)
            outgoing_headers(request, response)
            _log(request, operation, response["statusCode"], time.perf_counter() - started)
            flush_metrics()
        return response

    return handler


def problem_response(
    document: Problem, request: Request, headers: dict[str, str] | None = None
) -> Response:
    """Return the response with a problem document, in the language of the request."""
    body, language = localized(document, request)
    return json_response(body["status"], body, PROBLEM_JSON, {**(headers or {}), **language})


def _keeper(
    promised: frozenset[int] | None, on_refusal: OnRefusal | None
) -> "PromisedStatuses | None":
    if promised is None:
        return None
    from mara.entrypoints.promised_statuses import PromisedStatuses

    return PromisedStatuses(promised, on_refusal)


def _answer(request: Request, operation: str, respond: Respond, context: Any) -> Response:
    traceparent = request.headers.get(TRACEPARENT)
    with trace(operation, request.request_id) as outcome, span(operation, outcome, traceparent):
        try:
            verify_settings_once()
            response = respond(request, context)
        except DomainError as error:
            document = problem(error, request)
            response = problem_response(document, request, headers_of(error))
        except Exception:  # noqa: BLE001 - an exception that leaves a handler ends the environment
            logger.exception("request_failed", request_id=request.request_id)
            response = problem_response(internal(request), request)
        outcome.status = str(response["statusCode"])
    return response


def _request_id(event: Event, context: Any) -> str:
    of_gateway = event["requestContext"].get("requestId")
    return str(of_gateway or getattr(context, "aws_request_id", "unknown"))


def _correlation_id(request: Request) -> str:
    """What the caller calls the request or its trace, where valid, or what the answer calls it."""
    of_trace = correlation.of_trace(request.headers.get(TRACEPARENT))
    return correlation.chosen(request.headers.get("x-request-id"), of_trace, request.request_id)


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
        # unknown path.
        path={name: _shown(one) for name, one in parameters.items() if name != "proxy"} or None,
    )


def _shown(value: str) -> str:
    """Return an id, or a name of the product's own; all else may be anything, such as a secret."""
    if _ID.fullmatch(value):
        return value
    from mara.queues.model.known_queues import QUEUES
    from mara.queues.model.known_schedules import NETWORKS, SCHEDULES

    return value if value in {*QUEUES, *SCHEDULES, *NETWORKS} else HIDDEN
