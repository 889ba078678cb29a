"""Authentication: from the Authorization header to the principal that a route receives."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from fastapi import Request as HttpRequest

from mara.auth.errors import NotLoggedIn
from mara.auth.model.permissions import Access, Rule
from mara.entrypoints.events import PRINCIPAL, Request
from mara.kernel.principal import Principal

if TYPE_CHECKING:
    from mara.auth.service import AuthenticationService

BEARER = "bearer "
AcceptsToken = Callable[[str], bool]
"""Whether a token of no user, such as that of a monitoring system, opens the route."""


def identify(request: Request, rule: Rule, accepts: AcceptsToken | None = None) -> Principal | None:
    """Authenticate the caller and check the route's ``rule``.

    Returns None on a public route, and where the route ``accepts`` a token of no user.

    Raises NotLoggedIn, InvalidToken, InvalidApiKey, NotAllowed, KeyNotAllowed, MissingScope.
    """
    if rule.access is Access.PUBLIC:
        return None
    token = bearer_token(request)
    if accepts is not None and accepts(token):
        return None
    principal = authentication_service().authenticate(token)
    rule.check(principal)
    request.event[PRINCIPAL] = principal
    return principal


def load_authentication() -> None:
    """Import the service while a function starts, so that the first request does not wait.

    Public routes do not need it, and do not import the repositories behind it.
    """
    import_module("mara.wiring.auth")


def authentication_service() -> "AuthenticationService":
    """Return the service that ``load_authentication`` imported."""
    from mara.wiring.auth import authentication_service

    return authentication_service()


def bearer_token(request: Request) -> str:
    """Return the access token or API key of the request. Raises NotLoggedIn without one."""
    header = request.headers.get("authorization", "")
    if header[: len(BEARER)].lower() == BEARER:
        return header[len(BEARER) :].strip()
    if api_key := request.headers.get("x-api-key"):
        return api_key
    raise NotLoggedIn("Send `Authorization: Bearer` with an access token or an API key.")


async def _caller(request: HttpRequest) -> Principal:
    principal: Principal = request.scope["aws.event"][PRINCIPAL]
    return principal


Caller = Annotated[Principal, Depends(_caller)]
"""The authenticated caller, as a parameter of a route."""
