"""GET /api/v1/admin/queues - list the queues and their state.

Depths are those of SQS, which are approximate. The age is that of the oldest row that is undone of
the work which a queue announces; a message may well be gone while its work is not done.
"""

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.queues.schemas.queues import QueuesOut
from mara.wiring.queues import queue_list_service

app = api(access=ADMIN)


@app.get("/api/v1/admin/queues")
async def list_queues() -> QueuesOut:
    return QueuesOut.of(queue_list_service().list())


handler = lambda_handler(app)
