"""DELETE /api/v1/auth/api-keys/{key_id} - delete an API key, which is refused from then on.

Requests that are running are not stopped.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import api_key_service

app = api(access=USER)


@app.delete("/api/v1/auth/api-keys/{key_id}", status_code=204)
async def delete_api_key(key_id: UUID, caller: Caller) -> None:
    api_key_service().delete(caller, key_id)


handler = lambda_handler(app)
