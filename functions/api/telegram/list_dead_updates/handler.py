"""GET /api/v1/telegram/configs/{config_id}/dead-updates - list updates that were given up.

An update is given up after three failures, with the code of the last one; what it says is not
shown. It is kept for seven days. The oldest hundred are listed.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.dead_updates import DeadUpdatesOut
from mara.wiring.telegram_watch import dead_updates

app = api(access=USER)


@app.get("/api/v1/telegram/configs/{config_id}/dead-updates")
async def list_dead_updates(config_id: UUID, caller: Caller) -> DeadUpdatesOut:
    return DeadUpdatesOut.of(dead_updates().list(caller, config_id))


handler = lambda_handler(app)
