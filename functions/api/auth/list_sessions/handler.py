"""GET /api/v1/auth/sessions - list where the caller is logged in, and failed logins to the account.

The newest session comes first. Failed logins of the last day are counted by network.
"""

from mara.auth.schemas.lists import SessionSort
from mara.auth.schemas.sessions import OpenSessionsOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.lists import Listed
from mara.entrypoints.principal import Caller
from mara.wiring.auth import device_service

app = api(access=USER)


@app.get("/api/v1/auth/sessions")
async def list_sessions(
    caller: Caller, listed: Listed, sort: SessionSort = "-created_at"
) -> OpenSessionsOut:
    service = device_service()
    page = service.list(caller, listed.request(sort))
    return OpenSessionsOut.of(page, service.failed_logins(caller), caller.session_id)


handler = lambda_handler(app)
