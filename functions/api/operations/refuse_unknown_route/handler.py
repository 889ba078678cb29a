"""GET /{proxy+} - a problem document where there is no such route."""

from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.entrypoints.problems import RouteNotFound

app = api(access=PUBLIC)


@app.api_route(
    "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
)
async def refuse_unknown_route(path: str) -> None:
    raise RouteNotFound(f"/{path} is not one; /docs lists them.")


handler = lambda_handler(app)
