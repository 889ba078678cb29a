"""POST /api/v1/auth/refresh - exchange a refresh token for the next pair."""

from fastapi import Request, Response

from mara.auth.schemas import RefreshRequest, SessionOut
from mara.entrypoints.cookies import presented_refresh_token, set_session_cookies
from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.wiring.auth import session_service

app = api(access=PUBLIC)


@app.post("/api/v1/auth/refresh")
async def refresh_session(
    request: Request, response: Response, body: RefreshRequest | None = None
) -> SessionOut:
    tokens = session_service().refresh(presented_refresh_token(request, body))
    set_session_cookies(response, tokens)
    return SessionOut.of(tokens)


handler = lambda_handler(app)
