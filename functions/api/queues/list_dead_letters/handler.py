"""GET /api/v1/admin/queues/{queue}/dead-letters - list the dead letters of a queue, newest first.

A message that no consumer could process is kept for 14 days, with the last error as its reason.
Updates of bots, messages to Telegram and deliveries of webhooks that were given up are dead letters
of their queues, as long as their rows are kept. What they say is not shown. One that was redriven
and died again names the first letter.
The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.entrypoints.http import ADMIN, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.queues.schemas.letters import DeadLetterOut, QueueName, WantedLetterState
from mara.wiring.queues import dead_letter_service

app = api(access=ADMIN)


@app.get("/api/v1/admin/queues/{queue}/dead-letters")
async def list_dead_letters(
    queue: QueueName, listed: Listed, state: WantedLetterState = None
) -> PageOut[DeadLetterOut]:
    request = listed.request(state=state)
    return page_out(dead_letter_service().list(queue, request, state), DeadLetterOut.of)


handler = lambda_handler(app)
