"""Routes that answer their usual request without a web framework.

For a route that another program calls often: FastAPI and Mangum take most of the time of such a
call, and a third of the CPU of its imports. FastAPI describes the route all the same, for the
OpenAPI document, and answers whatever is not the usual request, such as an id of another form; it
is loaded for the first of those. Usual is a POST without a query, to a path with one id.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mara.entrypoints.body_check import BodyLimit, check_body
from mara.entrypoints.events import Event, Request, Response, json_response
from mara.entrypoints.frame import LambdaHandler, framed, problem_response
from mara.entrypoints.problems import headers_of, problem
from mara.kernel.errors import DomainError

if TYPE_CHECKING:
    from mara.entrypoints.route import RouteApp

_PARAMETER = re.compile(r"{(\w+)}")
_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
"""A UUID as RFC 9562 writes it; FastAPI takes other forms too."""
_OK, _JSON = 200, "application/json"

__all__ = ["DirectRoute", "LambdaHandler", "Request"]


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """A public POST with one id in its path, without limits of calls and without replays."""

    operation: str
    path: str
    promised: Collection[int]
    """The statuses that it may answer with, beside 503 (``promised_statuses``)."""
    body_max: int
    """Bytes of a body."""
    receive: Callable[[UUID, Request], Any]
    """Returns the body of the answer, which is 200. Raises DomainError."""
    describe: Callable[["RouteApp"], None]
    """Adds the same route to an application of FastAPI."""

    def lambda_handler(self) -> LambdaHandler:
        """Create the Lambda handler: the frame around the route."""
        (name,) = _PARAMETER.findall(self.path)
        before, after = (re.escape(part) for part in self.path.split(f"{{{name}}}"))
        usual_path = re.compile(before + _ID + after).fullmatch
        described, limit = cache(self._serve), BodyLimit(self.body_max)

        def respond(request: Request, context: Any) -> Response:
            check_body(request, limit, ())
            found = usual_path(request.path)
            if found is None or not _is_usual(request):
                return described()(request.event, context)
            try:
                answer = self.receive(UUID(found[1]), request)
            except DomainError as error:
                document = problem(error, request, {name: found[1]})
                return problem_response(document, request, headers_of(error))
            return json_response(_OK, answer, _JSON)

        return framed(self.operation, respond, promised=frozenset(self.promised))

    def app(self) -> "RouteApp":
        """Make the application of FastAPI that describes the route."""
        from mara.entrypoints.http import PUBLIC, Replay, api

        app = api(access=PUBLIC, replay=Replay.NOTHING, promised=frozenset(self.promised))
        self.describe(app)
        return app

    def _serve(self) -> Callable[[Event, Any], Response]:
        from mara.entrypoints.http import serving

        return serving(self.app())


def _is_usual(request: Request) -> bool:
    event = request.event
    query = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters")
    return request.method == "POST" and not query
