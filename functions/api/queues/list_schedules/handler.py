"""GET /api/v1/admin/schedules - list the schedules and their last runs.

`next_at` is a period after the beginning of the last run. A run whose process was killed is `lost`;
the next tick does its work.
"""

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.queues.schemas.schedules import SchedulesOut
from mara.wiring.schedules import schedule_service

app = api(access=ADMIN)


@app.get("/api/v1/admin/schedules")
async def list_schedules() -> SchedulesOut:
    return SchedulesOut.of(schedule_service().list())


handler = lambda_handler(app)
