"""POST /api/v1/admin/queues/{queue}/redrive - send dead letters again.

Each is sent once, within a minute; one that was decided on already has no effect, so that a
repeated request does nothing more. With `all`, a request takes 200 at most: send its `next_cursor`
until there is none. Deliveries of a webhook that is switched off stay. What dies again is another
dead letter, which names the first, and is not redriven by itself.
"""

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.queues.schemas.letters import DecisionOut, QueueName, RedriveLettersIn
from mara.wiring.queues import dead_letter_service

app = api(access=ADMIN)


@app.post("/api/v1/admin/queues/{queue}/redrive")
async def redrive_dead_letters(
    queue: QueueName, body: RedriveLettersIn, caller: Caller
) -> DecisionOut:
    service = dead_letter_service()
    return DecisionOut.of(
        service.redrive(caller.user_id, queue, body.selection(), dry_run=body.dry_run)
    )


handler = lambda_handler(app)
