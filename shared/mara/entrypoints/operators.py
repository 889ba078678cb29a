"""Public routes that tell operators more: superusers, and the monitoring system."""

from mara.auth.model.permissions import Access, Rule
from mara.entrypoints.events import Request
from mara.entrypoints.principal import AcceptsToken, bearer_token, identify
from mara.kernel.errors import DomainError

OPERATORS = Rule(Access.SUPERUSER, None)


def is_operator(request: Request, accepts: AcceptsToken, *, knows_users: bool) -> bool:
    """Whether the caller is a superuser, or has a token that is accepted.

    A token that opens nothing is no error: the route is public. Without ``knows_users``, because
    the database does not answer, only the other token is looked at.
    """
    if "authorization" not in request.headers:
        return False
    try:
        if not knows_users:
            return accepts(bearer_token(request))
        identify(request, OPERATORS, accepts)
    except DomainError:
        return False
    return True
