"""GET /openapi.json - OpenAPI 3.1 of the whole API."""

from fastapi import Response

from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.entrypoints.openapi import document

app = api(access=PUBLIC)


@app.get("/openapi.json", include_in_schema=False)
async def get_openapi() -> Response:
    return Response(document(), media_type="application/json")


handler = lambda_handler(app)
