"""The declaration of a route: who may call it and how often."""

from enum import Enum
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from mara.auth.model import Scope
from mara.auth.model.permissions import Access, Rule
from mara.entrypoints.form_check import FormCheck
from mara.entrypoints.strict_route import StrictRoute

PUBLIC, USER, ADMIN, SUPERUSER = Access
AGENTS_ASK = Scope.AGENTS_ASK
AGENTS_READ = Scope.AGENTS_READ
ALERTS_READ = Scope.ALERTS_READ
BALANCE_READ = Scope.BALANCE_READ
DOCUMENTS_READ = Scope.DOCUMENTS_READ
DOCUMENTS_WRITE = Scope.DOCUMENTS_WRITE
USAGE_READ = Scope.USAGE_READ


class Replay(Enum):
    """What a POST that is repeated with its Idempotency-Key gets."""

    ANSWER = "answer"
    """The first answer, which is stored for a day."""

    REFUSAL = "refusal"
    """409: the effect happens once, but its answer holds a secret, which is not stored."""

    NOTHING = "nothing"
    """The key is ignored: each request has its own effect, and an old answer would be of no use."""


class RouteApp(FastAPI):
    """The FastAPI application of one function, with the access rule of its routes.

    ``per_minute`` limits each caller's calls, in addition to the general limit; None means that
    only the general limit applies. ``replay`` is what an Idempotency-Key does; ``form_check``
    checks the valid fields of a body whose schema is violated. ``promised`` are the only statuses
    that another program's calls may get (see ``promised_statuses``); None for people's clients.
    Without ``is_limited`` no call is counted, so that the frame asks no database: for probes.
    """

    def __init__(  # noqa: PLR0913 - each is one declaration of a route, given by name
        self,
        *,
        rule: Rule,
        per_minute: int | None,
        replay: Replay,
        form_check: FormCheck | None = None,
        promised: frozenset[int] | None = None,
        is_limited: bool = True,
        **settings: Any,
    ) -> None:
        """Raises ValueError for a contradictory declaration."""
        super().__init__(**settings)
        if rule.access is Access.PUBLIC and rule.key_scope is not None:
            raise ValueError("a public route takes no API key: declare no scope, or access=USER")
        if per_minute is not None and per_minute < 1:
            raise ValueError("per_minute must be at least 1")
        self.rule = rule
        self.per_minute = per_minute
        self.replay = replay
        self.form_check = form_check
        self.promised = promised
        self.is_limited = is_limited
        self.router.route_class = StrictRoute

    @property
    def operation(self) -> str:
        """The name of the (first) route: the name of the function's folder."""
        return self.api_routes[0].name

    @property
    def api_routes(self) -> list[APIRoute]:
        """The routes of this application, in the order of their definition."""
        return [route for route in self.routes if isinstance(route, APIRoute)]


def declared(app: FastAPI) -> RouteApp:
    """Return ``app`` after checking that it declares its access and has a route.

    Raises TypeError for an application without a declaration, ValueError for one without routes.
    """
    if not isinstance(app, RouteApp):
        raise TypeError("declare who may call this route: app = api(access=USER)")
    if not app.api_routes:
        raise ValueError("define the route before lambda_handler(app)")
    return app
