"""GET /openapi.json - get the OpenAPI 3.1 document, or a page that explains a type of problem."""

from functools import cache
from pathlib import Path

from fastapi import Response

from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.entrypoints.problem_pages import page

app = api(access=PUBLIC)


@app.get("/openapi.json", include_in_schema=False)
async def get_openapi() -> Response:
    return Response(_document(), media_type="application/json")


@app.get("/problems/{path:path}", include_in_schema=False)
async def explain_problem(path: str) -> Response:
    return page(_document(), f"/problems/{path}")


@cache
def _document() -> str:
    """The file beside this one, which `mara openapi` writes."""
    return Path(__file__).with_name("openapi.json").read_text("utf-8")


handler = lambda_handler(app)
