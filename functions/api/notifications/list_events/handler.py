"""GET /api/v1/events - wait for changes of documents, deposits, answers, alerts and notices.

Without `after`, all changes of 24 hours are returned; send `next_cursor` of a response as `after`
of the next request. A response without events comes after `wait_s` seconds: ask again.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.changes import After, EventLimit, EventsOut, Wait
from mara.wiring.notifications import change_service

app = api(access=USER)


@app.get("/api/v1/events")
async def list_events(
    caller: Caller, *, after: After = None, wait_s: Wait = 0, limit: EventLimit = 100
) -> EventsOut:
    return EventsOut.of(change_service().wait(caller, after, wait_s=wait_s, limit=limit))


handler = lambda_handler(app)
