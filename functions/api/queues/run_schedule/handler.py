"""POST /api/v1/admin/schedules/{schedule}/run - run a schedule now.

The run takes the same lease as a tick, so that both never work at once, and is started at once. How
it ends is told by the list of schedules.
"""

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.queues.schemas.schedules import ScheduleName, StartedRunOut
from mara.wiring.schedules import schedule_service

app = api(access=ADMIN, per_minute=10)


@app.post("/api/v1/admin/schedules/{schedule}/run", status_code=202)
async def run_schedule(schedule: ScheduleName, caller: Caller) -> StartedRunOut:
    return StartedRunOut(run_id=schedule_service().run(caller, schedule), name=schedule)


handler = lambda_handler(app)
