"""POST /api/v1/notifications/read - mark all notices as read.

Those that are made while the request runs may stay unread.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.notices import ReadOut
from mara.wiring.notices import notice_service

app = api(access=USER)


@app.post("/api/v1/notifications/read")
async def read_all_notifications(caller: Caller) -> ReadOut:
    return ReadOut(count=notice_service().mark_all_read(caller))


handler = lambda_handler(app)
