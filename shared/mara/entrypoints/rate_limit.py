"""A steady rate with bursts, per user and per address (the generic cell rate algorithm)."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mara.entrypoints.events import Request
from mara.kernel.errors import LimitReached
from mara.kernel.principal import Principal
from mara.platform import rate_limit_store
from mara.platform.clock import now
from mara.platform.settings.limits import limit_settings

if TYPE_CHECKING:
    from mara.entrypoints.route import RouteApp

WINDOW = timedelta(minutes=1)


class TooManyRequests(LimitReached):
    """The caller's rate limit is used up."""

    title = "Too many requests"


@dataclass(frozen=True, slots=True)
class OperationLimit:
    """A limit of one operation for each caller, in calls per minute."""

    operation: str
    per_minute: int

    @staticmethod
    def of(route: "RouteApp") -> "OperationLimit | None":
        """Return the limit that the route declares; None if only the general limit applies."""
        return OperationLimit(route.operation, route.per_minute) if route.per_minute else None


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """The remaining calls after this request, for the ``RateLimit-*`` headers."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """The header fields of the IETF draft "RateLimit header fields for HTTP"."""
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(self.reset_s),
        }


def check(
    request: Request, principal: Principal | None, operation_limit: OperationLimit | None = None
) -> RateLimitStatus:
    """Count the request against its user, or against its address on a public route.

    With an ``operation_limit``, the request counts against that too, and the result is its status.

    Raises TooManyRequests.
    """
    settings = limit_settings()
    if principal is not None:
        caller = str(principal.user_id)
        status = consume(f"user:{caller}", settings.requests_per_minute_user, now())
    else:
        caller = request.address
        status = consume(f"address:{caller}", settings.requests_per_minute_address, now())
    if operation_limit is None:
        return status
    return consume(f"{operation_limit.operation}:{caller}", operation_limit.per_minute, now())


def check_operation(request: Request, limit: OperationLimit | None) -> None:
    """Count a call of another program against the limit of its operation and address alone.

    Raises TooManyRequests.
    """
    if limit is not None:
        consume(f"{limit.operation}:{request.address}", limit.per_minute, now())


def consume(subject: str, limit: int, at: datetime) -> RateLimitStatus:
    """Consume one of ``limit`` calls per minute. Raises TooManyRequests."""
    step = WINDOW / limit
    empty_at = rate_limit_store.consume(subject, step=step, window=WINDOW, now=at)
    if empty_at is None:
        wait_s = max(1, math.ceil(step.total_seconds()))
        raise TooManyRequests(f"At most {limit} a minute. Try again soon.", retry_after_s=wait_s)
    filled = empty_at - at
    return RateLimitStatus(limit, int((WINDOW - filled) / step), math.ceil(filled.total_seconds()))
