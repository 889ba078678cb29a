"""GET /api/v1/notifications/preferences - show which notices go where.

A kind goes to every channel until it is switched off there.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.notices import PreferencesOut
from mara.wiring.notices import notice_service

app = api(access=USER)


@app.get("/api/v1/notifications/preferences")
async def get_notification_preferences(caller: Caller) -> PreferencesOut:
    service = notice_service()
    return PreferencesOut.of(service.preferences(caller), service.telegram_state(caller))


handler = lambda_handler(app)
