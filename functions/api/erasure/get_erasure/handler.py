"""GET /api/v1/admin/users/{user_id}/erasure - get the certificate of an erased account.

It counts what was deleted, and names what stays and why. `balance` is what was sent to the closed
account later: it stays credited there until the operator pays it back.
"""

from uuid import UUID

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.erasure.schemas import ErasureRecordOut
from mara.wiring.erasure import erasure_requests

app = api(access=ADMIN)


@app.get("/api/v1/admin/users/{user_id}/erasure")
async def get_erasure(user_id: UUID, caller: Caller) -> ErasureRecordOut:
    return ErasureRecordOut.of_record(*erasure_requests().get(caller, user_id))


handler = lambda_handler(app)
