"""Routes that refuse unknown query parameters, as bodies refuse unknown fields."""

from collections.abc import Callable, Coroutine, Iterator
from copy import copy
from dataclasses import replace
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

RouteHandler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """Refuses unknown query parameters, together with all other errors of the request.

    A page such as Swagger UI, which is no operation of the OpenAPI document, takes any parameter.
    """

    def get_route_handler(self) -> RouteHandler:
        """Return FastAPI's handler behind the check of the query."""
        handle = super().get_route_handler()
        if not self.include_in_schema:
            return handle
        known = set(_query_parameters(self.dependant))
        validate = self._validation_only()

        async def handle_strictly(request: Request) -> Response:
            if not request.scope["query_string"]:
                return await handle(request)
            unknown = sorted(set(request.query_params) - known)
            if not unknown:
                return await handle(request)
            try:
                return await validate(request)
            except RequestValidationError as error:
                found = [_unknown_parameter(name) for name in unknown]
                raise RequestValidationError([*error.errors(), *found]) from None

        return handle_strictly

    def _validation_only(self) -> RouteHandler:
        """Return a handler that validates as this route does, and always raises."""
        route = copy(self)
        route.dependant = replace(self.dependant, call=_refuse)
        return super(StrictRoute, route).get_route_handler()


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the names of the query parameters, those of dependencies included."""
    yield from (field.alias for field in dependant.query_params)
    for below in dependant.dependencies:
        yield from _query_parameters(below)


async def _refuse(**_: Any) -> NoReturn:
    raise RequestValidationError([])


def _unknown_parameter(name: str) -> dict[str, Any]:
    return {
        "type": "extra_forbidden",
        "loc": ("query", name),
        "msg": "Extra inputs are not permitted",
    }
