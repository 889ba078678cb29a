"""DELETE /api/v1/auth/sessions/{session_id} - end one of the caller's sessions.

Its access token and its refresh token are refused from then on.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import device_service

app = api(access=USER)


@app.delete("/api/v1/auth/sessions/{session_id}", status_code=204)
async def end_session(session_id: UUID, caller: Caller) -> None:
    device_service().end(caller, session_id)


handler = lambda_handler(app)
