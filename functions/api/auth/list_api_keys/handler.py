"""GET /api/v1/auth/api-keys - list the caller's API keys, without their secrets.

A key is recognized by its name and its prefix.
"""

from mara.auth.schemas import ApiKeyOut, ApiKeysOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import api_key_service

app = api(access=USER)


@app.get("/api/v1/auth/api-keys")
async def list_api_keys(caller: Caller) -> ApiKeysOut:
    return ApiKeysOut(items=[ApiKeyOut.of(key) for key in api_key_service().list(caller)])


handler = lambda_handler(app)
