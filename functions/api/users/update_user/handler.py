"""PATCH /api/v1/users/admin/{user_id} - activate or deactivate an account, or change its role.

Only a superuser may change roles, and the last superuser stays one. Deactivation revokes the
sessions of the account.
"""

from uuid import UUID

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.users.schemas import UserOut, UserPatch
from mara.wiring.users import user_administration_service

app = api(access=ADMIN)


@app.patch("/api/v1/users/admin/{user_id}")
async def update_user(user_id: UUID, body: UserPatch, caller: Caller) -> UserOut:
    service = user_administration_service()
    return UserOut.of(service.update(caller, user_id, role=body.role, active=body.active))


handler = lambda_handler(app)
