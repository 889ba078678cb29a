"""GET /api/v1/usage/my - show what the caller has used of the plan.

Per meter: what the plan includes, what was used, what is reserved for requests that are being
worked on, and what use above the allowance has cost. It is of the usage period that holds now.
Levels (`stored_mb`, `agents`, `bots`) are what exists now.
"""

from mara.billing.schemas.usage import MeterUseListOut
from mara.entrypoints.http import USAGE_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.metering import usage_overview_service

app = api(access=USER, scope=USAGE_READ)


@app.get("/api/v1/usage/my")
async def get_my_usage(caller: Caller) -> MeterUseListOut:
    return MeterUseListOut.of(usage_overview_service().get(caller))


handler = lambda_handler(app)
