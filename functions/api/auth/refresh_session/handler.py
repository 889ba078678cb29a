"""POST /api/v1/auth/refresh - exchange a refresh token for new tokens."""

from fastapi import Request, Response

from mara.auth.schemas import RefreshRequest, SessionOut
from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.wiring.auth import session_cookies, session_service

app = api(access=PUBLIC)


@app.post("/api/v1/auth/refresh")
async def refresh_session(
    request: Request, response: Response, body: RefreshRequest | None = None
) -> SessionOut:
    cookies = session_cookies()
    token = cookies.refresh_token(request, body.refresh_token if body else None)
    tokens = session_service().refresh(token)
    cookies.set(response, tokens)
    return SessionOut.of(tokens)


handler = lambda_handler(app)
