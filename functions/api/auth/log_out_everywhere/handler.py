"""POST /api/v1/auth/logout-all - revoke all sessions of the caller.

API keys stay valid.
"""

from fastapi import Response

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import session_cookies, session_service

app = api(access=USER)


@app.post("/api/v1/auth/logout-all", status_code=204)
async def log_out_everywhere(caller: Caller, response: Response) -> None:
    session_service().log_out_everywhere(caller)
    session_cookies().clear(response)


handler = lambda_handler(app)
