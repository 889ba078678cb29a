"""POST /api/v1/admin/queues/{queue}/discard - discard dead letters for good.

The reason is recorded in the audit. With `all`, a request takes 200 at most: send its `next_cursor`
until there is none.
"""

from mara.entrypoints.http import ADMIN, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.queues.schemas.letters import DecisionOut, DiscardLettersIn, QueueName
from mara.wiring.queues import dead_letter_service

app = api(access=ADMIN)


@app.post("/api/v1/admin/queues/{queue}/discard")
async def discard_dead_letters(
    queue: QueueName, body: DiscardLettersIn, caller: Caller
) -> DecisionOut:
    discard = dead_letter_service().discard
    done = discard(caller.user_id, queue, body.selection(), body.reason, dry_run=body.dry_run)
    return DecisionOut.of(done)


handler = lambda_handler(app)
