"""POST /api/v1/auth/token - exchange an e-mail address and password for an access token by a form.

This is the password grant of OAuth 2.0 (RFC 6749, 4.3), for tools such as Swagger UI; applications
use `POST /api/v1/auth/login`. It sets no cookie, so a page of another site cannot log a browser in
with it, and returns no refresh token: after the access token expires, ask for another.
"""

from typing import Annotated

from fastapi import Form, Request

from mara.auth.schemas import TokenForm, TokenOut
from mara.entrypoints.http import PUBLIC, CallerDevice, Replay, api, lambda_handler
from mara.wiring.auth import session_cookies, session_service

app = api(access=PUBLIC, replay=Replay.NOTHING)


@app.post("/api/v1/auth/token")
async def issue_token(
    body: Annotated[TokenForm, Form()], device: CallerDevice, request: Request
) -> TokenOut:
    tokens = session_service().log_in(
        email=body.username,
        password=body.password.get_secret_value(),
        address=device.address,
        user_agent=device.user_agent,
        held_tokens=session_cookies().held_tokens(request),
    )
    return TokenOut.of(tokens)


handler = lambda_handler(app, media_types=("application/x-www-form-urlencoded",))
