"""POST /api/v1/telegram/configs/{config_id}/dead-updates/redrive - retry dead updates.

They are handled soon, each lane in its order, and with three tries again. Ids of updates that are
not dead have no effect, so that a repeated request does nothing more.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.telegram.schemas.dead_updates import RedriveIn, RedrivenOut
from mara.wiring.telegram_watch import dead_updates

app = api(access=USER, per_minute=10)


@app.post("/api/v1/telegram/configs/{config_id}/dead-updates/redrive")
async def redrive_dead_updates(config_id: UUID, body: RedriveIn, caller: Caller) -> RedrivenOut:
    return RedrivenOut(count=dead_updates().redrive(caller, config_id, body.update_ids))


handler = lambda_handler(app)
