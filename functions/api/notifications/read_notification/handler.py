"""POST /api/v1/notifications/{notification_id}/read - mark a notice as read.

One that is read already stays as it is.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.notices import NoticeOut
from mara.wiring.notices import notice_service

app = api(access=USER)


@app.post("/api/v1/notifications/{notification_id}/read")
async def read_notification(notification_id: UUID, caller: Caller) -> NoticeOut:
    return NoticeOut.of(*notice_service().mark_read(caller, notification_id))


handler = lambda_handler(app)
