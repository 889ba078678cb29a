"""GET /{proxy+} - respond with a problem document to an unknown route."""

from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.entrypoints.problems import RouteNotFound

app = api(access=PUBLIC)


@app.api_route(
    "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
)
async def refuse_unknown_route(path: str) -> None:
    raise RouteNotFound(f"There is no route /{path}; /docs lists the routes.")


handler = lambda_handler(app)
