"""Public routes that tell operators more: superusers, and the monitoring system."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from mara.auth.model.permissions import Access, Rule
from mara.entrypoints.events import Request
from mara.entrypoints.principal import AcceptsToken, bearer_token, identify
from mara.kernel.errors import DomainError
from mara.operations.model import CALLER_KNOWN_WITHIN_S
from mara.platform.telemetry import logger

OPERATORS = Rule(Access.SUPERUSER, None)


def is_operator(
    request: Request, accepts: AcceptsToken, *, knows_users: bool, since: float
) -> bool:
    """Whether the caller is a superuser, or has a token that is accepted.

    A token that opens nothing is no error, nor is one that cannot be looked up in
    CALLER_KNOWN_WITHIN_S after ``since``, seconds of the monotonic clock: the route is public.
    Without ``knows_users``, because the database does not answer, only the other token is looked
    at.
    """
    if "authorization" not in request.headers:
        return False
    # One thread: it uses the connection of the process, and a later caller waits for it no longer.
    asked = _one_thread().submit(_is_operator, request, accepts, knows_users=knows_users)
    try:
        return asked.result(max(since + CALLER_KNOWN_WITHIN_S - time.monotonic(), 0.0))
    except TimeoutError:
        logger.warning("operator_unknown", error=TimeoutError.__name__)
    except Exception as error:  # noqa: BLE001 - the public answer must come whatever fails
        logger.warning("operator_unknown", error=type(error).__name__)
    return False


@cache
def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="operator")


def _is_operator(request: Request, accepts: AcceptsToken, *, knows_users: bool) -> bool:
    try:
        if not knows_users:
            return accepts(bearer_token(request))
        identify(request, OPERATORS, accepts)
    except DomainError:
        return False
    return True
