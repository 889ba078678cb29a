"""GET /{proxy+} - respond with a problem document to an unknown route."""

import json
from functools import cache
from pathlib import Path

from fastapi import Request

from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.entrypoints.problems import MethodNotAllowed, RouteNotFound
from mara.entrypoints.route_table import Route, RouteTable

app = api(access=PUBLIC)


@app.api_route(
    "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
)
async def refuse_unknown_route(request: Request, path: str) -> None:
    if allowed := _table().match(request.method, f"/{path}").allowed:
        raise MethodNotAllowed(f"The methods of /{path} are {', '.join(allowed)}.", allowed=allowed)
    raise RouteNotFound(f"There is no route /{path}; /docs lists the routes.")


@cache
def _table() -> RouteTable:
    """The routes in the file beside this one, which `mara generate` writes."""
    routes = json.loads(Path(__file__).with_name("routes.json").read_text("utf-8"))
    return RouteTable(Route(method, path) for method, path in routes)


handler = lambda_handler(app)
