"""GET /api/v1/auth/api-keys - list the caller's API keys, without their secrets.

A key is recognized by its name and its prefix. The list is paged: send `next_cursor` of a page as
`cursor` of the next request.
"""

from mara.auth.schemas import ApiKeysOut
from mara.auth.schemas.lists import ApiKeySort
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.lists import Listed
from mara.entrypoints.principal import Caller
from mara.wiring.auth import api_key_service

app = api(access=USER)


@app.get("/api/v1/auth/api-keys")
async def list_api_keys(
    caller: Caller, listed: Listed, sort: ApiKeySort = "-created_at"
) -> ApiKeysOut:
    return ApiKeysOut.of(api_key_service().list(caller, listed.request(sort)))


handler = lambda_handler(app)
