"""GET /openapi.json - the OpenAPI 3.1 document of the API."""

from functools import cache
from pathlib import Path

from fastapi import Response

from mara.entrypoints.http import PUBLIC, api, lambda_handler

app = api(access=PUBLIC)


@app.get("/openapi.json", include_in_schema=False)
async def get_openapi() -> Response:
    return Response(_document(), media_type="application/json")


@cache
def _document() -> str:
    """The file beside this one, which `mara openapi` writes."""
    return Path(__file__).with_name("openapi.json").read_text("utf-8")


handler = lambda_handler(app)
