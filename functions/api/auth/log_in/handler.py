"""POST /api/v1/auth/login - exchange an e-mail address and password for a session.

The refresh token is in the body, and in an HttpOnly cookie with a CSRF token beside it. An unknown
address and a wrong password get the same answer. Repeated failures lock the login for a while.
"""

from fastapi import Request, Response

from mara.auth.schemas import LoginRequest, SessionOut
from mara.auth.schemas.sessions import CookieOnly
from mara.entrypoints.http import PUBLIC, CallerDevice, Replay, api, lambda_handler
from mara.wiring.auth import session_cookies, session_service

app = api(access=PUBLIC, replay=Replay.NOTHING)


@app.post("/api/v1/auth/login")
async def log_in(
    *,
    body: LoginRequest,
    device: CallerDevice,
    request: Request,
    response: Response,
    cookie_only: CookieOnly = False,
) -> SessionOut:
    cookies = session_cookies()
    tokens = session_service().log_in(
        email=body.email,
        password=body.password.get_secret_value(),
        address=device.address,
        user_agent=device.user_agent,
        held_tokens=cookies.held_tokens(request),
    )
    cookies.set(response, tokens)
    return SessionOut.of(tokens, cookie_only=cookie_only)


handler = lambda_handler(app)
