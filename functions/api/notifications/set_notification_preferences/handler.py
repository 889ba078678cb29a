"""PUT /api/v1/notifications/preferences - set which notices go where.

Kinds and channels that are omitted stay as they are. What was made before is not changed.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.notices import PreferencesIn, PreferencesOut
from mara.wiring.notices import notice_service

app = api(access=USER)


@app.put("/api/v1/notifications/preferences")
async def set_notification_preferences(body: PreferencesIn, caller: Caller) -> PreferencesOut:
    return PreferencesOut.of(notice_service().choose(caller, body.choices()))


handler = lambda_handler(app)
