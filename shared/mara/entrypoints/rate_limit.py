"""A steady rate with bursts, per user and per address (the generic cell rate algorithm)."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from mara.entrypoints.events import Request
from mara.kernel.errors import LimitReached
from mara.kernel.principal import Principal
from mara.platform.clock import now
from mara.platform.database import execute_autocommit
from mara.platform.settings.limits import limit_settings

WINDOW = timedelta(minutes=1)

# `empty_at` is when the bucket will have drained (ITU-T I.371, the "theoretical arrival time").
# One statement decides and counts, so that parallel requests cannot share one place.
TAKE = """
    INSERT INTO rate_limits AS r (subject, empty_at) VALUES (%(subject)s, %(now)s + %(step)s)
    ON CONFLICT (subject) DO UPDATE SET empty_at = greatest(r.empty_at, %(now)s) + %(step)s
        WHERE greatest(r.empty_at, %(now)s) + %(step)s <= %(now)s + %(window)s
    RETURNING empty_at
"""


class TooManyRequests(LimitReached):
    title = "Too many requests"


@dataclass(frozen=True, slots=True)
class Costly:
    """An operation that each user may call only so often: it spends what all of them share."""

    operation: str
    per_minute: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after this request, for the ``RateLimit-*`` headers."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(self.reset_s),
        }


def check(request: Request, principal: Principal | None, costly: Costly | None = None) -> Allowance:
    """Count the request against its user, or its address where nobody is known.

    A ``costly`` one counts against its own, smaller limit too, which is what the answer then tells.

    Raises TooManyRequests.
    """
    settings = limit_settings()
    if principal is not None:
        allowance = take(f"user:{principal.user_id}", settings.requests_per_minute_user, now())
        if costly is None:
            return allowance
        return take(f"{costly.operation}:{principal.user_id}", costly.per_minute, now())
    return take(f"address:{request.address}", settings.requests_per_minute_address, now())


def take(subject: str, limit: int, at: datetime) -> Allowance:
    """Take one of ``limit`` places a minute. Raises TooManyRequests."""
    step = WINDOW / limit
    parameters = {"subject": subject, "now": at, "step": step, "window": WINDOW}
    rows = execute_autocommit(TAKE, parameters)
    if not rows:
        wait_s = max(1, math.ceil(step.total_seconds()))
        raise TooManyRequests(f"At most {limit} a minute. Try again soon.", retry_after_s=wait_s)
    empty_at: datetime = rows[0][0]
    filled = empty_at - at
    return Allowance(limit, int((WINDOW - filled) / step), math.ceil(filled.total_seconds()))
