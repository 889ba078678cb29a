"""POST /api/v1/auth/refresh - exchange a refresh token for new tokens.

The token comes in the body, or in the cookie together with the header `X-CSRF-Token`. Each token
can be used once: using it again revokes its session, except for a parallel request within 10
seconds.
"""

from fastapi import Request, Response

from mara.auth.schemas import RefreshRequest, SessionOut
from mara.auth.schemas.sessions import CookieOnly
from mara.entrypoints.http import PUBLIC, ArrivedAt, CallerDevice, Replay, api, lambda_handler
from mara.wiring.auth import session_cookies, session_service

app = api(access=PUBLIC, replay=Replay.NOTHING)


@app.post("/api/v1/auth/refresh")
async def refresh_session(  # noqa: PLR0913 - each is a part of the request
    *,
    request: Request,
    response: Response,
    device: CallerDevice,
    arrived_at: ArrivedAt,
    body: RefreshRequest | None = None,
    cookie_only: CookieOnly = False,
) -> SessionOut:
    cookies = session_cookies()
    token = cookies.refresh_token(request, body.refresh_token if body else None)
    tokens = session_service().refresh(token, arrived_at=arrived_at, device=device)
    cookies.set(response, tokens)
    return SessionOut.of(tokens, cookie_only=cookie_only)


handler = lambda_handler(app)
