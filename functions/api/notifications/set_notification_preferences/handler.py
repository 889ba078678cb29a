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
    service = notice_service()
    chosen = service.choose(caller, body.choices())
    return PreferencesOut.of(chosen, service.telegram_state(caller))


handler = lambda_handler(app)
