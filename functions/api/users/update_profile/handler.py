"""PUT /api/v1/users/me/profile - replace the caller's own profile.

Fields that are left out get their defaults.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.users.schemas import ProfileIn, ProfileOut
from mara.wiring.users import profile_service

app = api(access=USER)


@app.put("/api/v1/users/me/profile")
async def update_profile(body: ProfileIn, caller: Caller) -> ProfileOut:
    return ProfileOut.of(
        profile_service().update(caller, body.to_profile(), given=body.model_fields_set)
    )


handler = lambda_handler(app)
