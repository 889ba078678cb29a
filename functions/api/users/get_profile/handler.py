"""GET /api/v1/users/me/profile - get the caller's own profile.

It includes the e-mail address and the role of the account.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.users.schemas import ProfileOut
from mara.wiring.users import profile_service

app = api(access=USER)


@app.get("/api/v1/users/me/profile")
async def get_profile(caller: Caller) -> ProfileOut:
    return ProfileOut.of(profile_service().get(caller))


handler = lambda_handler(app)
