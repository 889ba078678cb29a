"""GET /api/v1/alerts/{alert_id} - get an alert with its signals, and what was answered.

The answer stands as it was given, with the passages that it rests on, verbatim.
"""

from uuid import UUID

from mara.alerts.schemas.alerts import AlertHistoryOut
from mara.entrypoints.http import ALERTS_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import alert_service

app = api(access=USER, scope=ALERTS_READ)


@app.get("/api/v1/alerts/{alert_id}")
async def get_alert(alert_id: UUID, caller: Caller) -> AlertHistoryOut:
    return AlertHistoryOut.with_posts(*alert_service().get(caller, alert_id))


handler = lambda_handler(app)
