"""POST /api/v1/auth/login - exchange an e-mail address and password for a session."""

from fastapi import Response

from mara.auth.schemas import LoginRequest, SessionOut
from mara.entrypoints.http import PUBLIC, Address, api, lambda_handler
from mara.wiring.auth import session_cookies, session_service

app = api(access=PUBLIC)


@app.post("/api/v1/auth/login")
async def log_in(body: LoginRequest, address: Address, response: Response) -> SessionOut:
    tokens = session_service().log_in(
        email=body.email, password=body.password.get_secret_value(), address=address
    )
    session_cookies().set(response, tokens)
    return SessionOut.of(tokens)


handler = lambda_handler(app)
