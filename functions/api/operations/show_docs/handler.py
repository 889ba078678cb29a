"""GET /docs - Swagger UI and ReDoc, with their scripts and styles."""

from fastapi import Response

from mara.entrypoints.docs import page
from mara.entrypoints.http import PUBLIC, api, lambda_handler

app = api(access=PUBLIC)


@app.get("/{path:path}", include_in_schema=False)
async def show_docs(path: str) -> Response:
    return page(path)


handler = lambda_handler(app)
