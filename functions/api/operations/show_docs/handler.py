"""GET /docs - show Swagger UI and ReDoc, with their scripts, styles and icon."""

from fastapi import Request, Response

from mara.entrypoints.docs import page
from mara.entrypoints.events import REQUEST
from mara.entrypoints.http import PUBLIC, api, lambda_handler

app = api(access=PUBLIC)


@app.get("/{path:path}", include_in_schema=False)
async def show_docs(path: str, request: Request) -> Response:
    return page(path, ends_with_slash=request.scope["aws.event"][REQUEST].ends_with_slash)


handler = lambda_handler(app)
