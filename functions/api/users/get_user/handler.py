"""GET /api/v1/users/admin/{user_id} - get one account.

Administrators may read every account.
"""

from uuid import UUID

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.users.schemas import UserOut
from mara.wiring.users import user_administration_service

app = api(access=ADMIN)


@app.get("/api/v1/users/admin/{user_id}")
async def get_user(user_id: UUID, caller: Caller) -> UserOut:
    return UserOut.of(user_administration_service().get(caller, user_id))


handler = lambda_handler(app)
