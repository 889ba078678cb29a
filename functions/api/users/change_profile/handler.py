"""PATCH /api/v1/users/me/profile - change some fields of the caller's own profile.

The body is a JSON merge patch (RFC 7396): omitted fields stay, and null erases a field.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.patch import MEDIA_TYPES
from mara.users.schemas import ProfileOut, ProfilePatch
from mara.wiring.users import profile_service

app = api(access=USER)


@app.patch("/api/v1/users/me/profile")
async def change_profile(body: ProfilePatch, caller: Caller) -> ProfileOut:
    return ProfileOut.of(profile_service().change(caller, body.changes()))


handler = lambda_handler(app, media_types=MEDIA_TYPES)
