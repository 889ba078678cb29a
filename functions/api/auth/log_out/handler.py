"""POST /api/v1/auth/logout - revoke the current session.

Its access token and its refresh token are refused from then on, and the cookies are cleared.
"""

from fastapi import Response

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import session_cookies, session_service

app = api(access=USER)


@app.post("/api/v1/auth/logout", status_code=204)
async def log_out(caller: Caller, response: Response) -> None:
    session_service().log_out(caller)
    session_cookies().clear(response)


handler = lambda_handler(app)
