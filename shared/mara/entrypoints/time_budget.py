"""How long a request may take: until its function or API Gateway gives it up."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends
from fastapi import Request as HttpRequest

from mara.entrypoints.events import REQUEST, Request
from mara.kernel.time_budget import TimeBudget
from mara.platform.clock import now

GATEWAY_TIMEOUT = timedelta(seconds=29)
"""The longest integration timeout of a REST API; a cold start counts, too."""
RESERVE = timedelta(seconds=4)
"""For what follows the slowest part: checks, the transaction that stores the result, the answer."""


def request_budget(request: Request, context: Any) -> TimeBudget:
    """Return the time that is left of a request, counted from its arrival at API Gateway.

    A function that is started for the request does not see the time of its start otherwise.
    """
    at = now()
    arrived = request.arrived_at or at
    # A clock that is wrong must not take the time away, or give more.
    arrived = min(max(arrived, at - GATEWAY_TIMEOUT), at)
    ends_at = min(arrived + GATEWAY_TIMEOUT, _function_ends_at(context, at))
    return TimeBudget(now, ends_at - RESERVE)


def _function_ends_at(context: Any, at: datetime) -> datetime:
    left_ms = getattr(context, "get_remaining_time_in_millis", None)
    return at + (timedelta(milliseconds=left_ms()) if left_ms else GATEWAY_TIMEOUT)


async def _budget(http_request: HttpRequest) -> TimeBudget:
    scope = http_request.scope
    return request_budget(scope["aws.event"][REQUEST], scope.get("aws.context"))


Budget = Annotated[TimeBudget, Depends(_budget)]
"""The time that is left of the request, as a parameter of a route."""
