"""OPTIONS /{proxy+} - respond to a CORS preflight request of a browser."""

from fastapi import Response

from mara.entrypoints.headers import preflight_headers
from mara.entrypoints.http import PUBLIC, api, lambda_handler

app = api(access=PUBLIC)


@app.options("/{path:path}", status_code=204, include_in_schema=False)
async def answer_preflight(response: Response) -> None:
    response.headers.update(preflight_headers())


handler = lambda_handler(app)
